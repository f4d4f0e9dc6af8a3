package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.sql.QueryBody.SelectBlock;
import dev.drover.planner.sql.QueryBody.SetOperation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class QueryTest {
  private static Query query(String text) {
    return Corpus.statement(text, Statement.Select.class).query();
  }

  private static SelectBlock block(String text) {
    return (SelectBlock) query(text).body();
  }

  private static String cut(String text, Node node) {
    return node.span().of(Corpus.utf8(text));
  }

  @Test
  void pointQueryOfPgbench() {
    String text = "SELECT abalance FROM pgbench_accounts WHERE aid = 12345;";
    ParsedStatement parsed = SqlParser.parse(Corpus.utf8(text)).getFirst();
    assertThat(parsed.span()).isEqualTo(new Span(0, text.length() - 1));
    assertThat(parsed.literalCount()).isEqualTo(1);
    assertThat(parsed.readsLiterals()).isFalse();
    SelectBlock block = block(text);
    Expr.Operator where = (Expr.Operator) block.where().orElseThrow();
    assertThat(where.operator().symbol()).isEqualTo("=");
    assertThat(where.right()).isEqualTo(new Expr.Literal(new Span(50, 55), LiteralKind.INT4, 0));
  }

  @Test
  void unreservedWordsAreNames() {
    SelectBlock block = block("select node, hash from distribute");
    assertThat(block.targets())
        .extracting(t -> ((Expr.ColumnRef) t.value()).parts().getFirst().text())
        .containsExactly("node", "hash");
    assertThat(RelationNames.relations(block))
        .extracting(r -> r.name().text())
        .containsExactly("distribute");
  }

  @Test
  void intersectBindsTighterThanUnion() {
    SetOperation except =
        (SetOperation)
            query("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4").body();
    assertThat(except.kind()).isEqualTo(SetOperation.Kind.EXCEPT);
    SetOperation union = (SetOperation) except.left();
    assertThat(union.kind()).isEqualTo(SetOperation.Kind.UNION);
    assertThat(union.all()).isTrue();
    assertThat(((SetOperation) union.right()).kind()).isEqualTo(SetOperation.Kind.INTERSECT);
  }

  @Test
  void clausesOfTheWholeKeepTheirSpans() {
    String text =
        "SELECT a FROM t ORDER BY a DESC NULLS LAST LIMIT 5 + $1 OFFSET 3 ROWS FOR UPDATE";
    Query query = query(text);
    assertThat(query.orderBy().getFirst().descending()).isTrue();
    assertThat(query.orderBy().getFirst().nulls()).isEqualTo(QueryPart.SortItem.Nulls.LAST);
    assertThat(cut(text, query.limit().orElseThrow())).isEqualTo("LIMIT 5 + $1");
    assertThat(cut(text, query.limit().orElseThrow().count().orElseThrow())).isEqualTo("5 + $1");
    assertThat(cut(text, query.offset().orElseThrow())).isEqualTo("OFFSET 3 ROWS");
    assertThat(query.locking().getFirst().strength()).isEqualTo(QueryPart.Locking.Strength.UPDATE);
    assertThat(SqlParser.parse(Corpus.utf8(text)).getFirst().parameterCount()).isEqualTo(1);
  }

  @Test
  void fetchWithoutCountAndLimitAllHaveNone() {
    QueryPart.Limit fetch = query("SELECT 1 FETCH FIRST ROW ONLY").limit().orElseThrow();
    assertThat(fetch.form()).isEqualTo(QueryPart.Limit.Form.FETCH);
    assertThat(fetch.count()).isEmpty();
    QueryPart.Limit all = query("SELECT 1 LIMIT ALL").limit().orElseThrow();
    assertThat(all.form()).isEqualTo(QueryPart.Limit.Form.LIMIT_ALL);
    assertThat(query("SELECT 1 FETCH FIRST 2 ROWS WITH TIES").limit().orElseThrow().withTies())
        .isTrue();
  }

  @Test
  void relationSpansIncludeOnlyAndStarButNoAlias() {
    String text = "SELECT 1 FROM ONLY s.t AS a, ONLY (u), v * b";
    assertThat(RelationNames.relations(query(text)))
        .extracting(r -> r.relation().of(Corpus.utf8(text)))
        .containsExactly("ONLY s.t", "ONLY (u)", "v *");
    assertThat(RelationNames.relations(query(text)))
        .extracting(FromItem.TableRef::only)
        .containsExactly(true, true, false);
  }

  @Test
  void relationsAreFoundAtEveryLevel() {
    String text =
        "WITH x AS (DELETE FROM a RETURNING (SELECT 1 FROM b)) SELECT (SELECT 1 FROM c), f(d) FROM"
            + " e JOIN (SELECT * FROM g) h ON EXISTS (TABLE i) WHERE j IN (SELECT k FROM l) ORDER"
            + " BY (SELECT 1 FROM m) LIMIT (SELECT 1 FROM n)";
    assertThat(RelationNames.relations(query(text)))
        .extracting(r -> r.name().text())
        .containsExactly("a", "b", "c", "e", "g", "i", "l", "m", "n");
    assertThat(RelationNames.functionCalls(query(text)))
        .extracting(c -> c.name().text())
        .containsExactly("f");
  }

  @Test
  void joinsNestAsWritten() {
    SelectBlock block =
        block("SELECT 1 FROM a LEFT JOIN b JOIN c USING (x) ON a.y = b.y, (d CROSS JOIN e) AS f");
    FromItem.JoinItem left = (FromItem.JoinItem) block.from().getFirst();
    assertThat(left.kind()).isEqualTo(FromItem.JoinItem.Kind.LEFT);
    FromItem.JoinItem inner = (FromItem.JoinItem) left.right();
    assertThat(inner.using()).extracting(Name::text).containsExactly("x");
    FromItem.JoinItem cross = (FromItem.JoinItem) block.from().getLast();
    assertThat(cross.alias().orElseThrow().name()).map(Name::text).contains("f");
  }

  @Test
  void functionsAndSubqueriesInFrom() {
    SelectBlock block =
        block(
            "SELECT 1 FROM f(1) WITH ORDINALITY AS t (a, b), LATERAL (SELECT 2) s, ROWS FROM (g(),"
                + " h() AS (c int)), i() AS (d int, e text)");
    FromItem.FunctionItem first = (FromItem.FunctionItem) block.from().getFirst();
    assertThat(first.withOrdinality()).isTrue();
    assertThat(first.alias().orElseThrow().columns()).hasSize(2);
    assertThat(((FromItem.SubqueryItem) block.from().get(1)).lateral()).isTrue();
    assertThat(((FromItem.FunctionItem) block.from().get(2)).functions()).hasSize(2);
    assertThat(((FromItem.FunctionItem) block.from().get(3)).alias().orElseThrow().types())
        .extracting(t -> t.name().text())
        .containsExactly("int4", "text");
  }

  @Test
  void groupingSetsAreSpecial() {
    SelectBlock block = block("SELECT 1 FROM t GROUP BY a, ROLLUP (b), GROUPING SETS ((c), ())");
    assertThat(block.groupBy().get(1))
        .isInstanceOfSatisfying(
            Expr.Special.class, s -> assertThat(s.keyword()).isEqualTo("ROLLUP"));
    assertThat(block.groupBy().get(2).children()).hasSize(2);
  }

  @Test
  void commonTablesKeepTheirStatements() {
    QueryPart.With with =
        query("WITH RECURSIVE a (x) AS MATERIALIZED (SELECT 1), b AS (UPDATE t SET c = 1) SELECT 1")
            .with()
            .orElseThrow();
    assertThat(with.recursive()).isTrue();
    assertThat(with.tables())
        .extracting(t -> t.statement().getClass().getSimpleName())
        .containsExactly("Select", "Update");
    assertThat(with.tables().getFirst().materialized())
        .isEqualTo(QueryPart.CommonTable.Materialized.MATERIALIZED);
  }

  @Test
  void parenthesesAroundAQueryWithoutClausesLeaveNoNode() {
    Query query = query("((SELECT 1))");
    assertThat(query.body()).isInstanceOf(SelectBlock.class);
    assertThat(query.span()).isEqualTo(new Span(0, 12));
    assertThat(query("(SELECT 1) LIMIT 1").body()).isInstanceOf(QueryBody.Nested.class);
  }

  @Test
  void selectIntoIsNoSelect() {
    String text = "SELECT a INTO TEMP t DISTRIBUTE BY HASH (a) FROM u";
    Statement.SelectInto into = Corpus.statement(text, Statement.SelectInto.class);
    assertThat(into.into().persistence()).isEqualTo(Persistence.TEMPORARY);
    assertThat(cut(text, into.into())).isEqualTo("INTO TEMP t DISTRIBUTE BY HASH (a)");
    assertThat(into.into().distribution()).isPresent();
  }

  @Test
  void severalStatementsHaveConsecutiveLiterals() {
    List<ParsedStatement> parsed = SqlParser.parse(Corpus.utf8("SELECT 1, 'x'; ; SELECT 2;"));
    assertThat(parsed).hasSize(2);
    assertThat(parsed.getLast().firstLiteral()).isEqualTo(2);
    assertThat(parsed.getLast().span()).isEqualTo(new Span(17, 25));
  }

  @Test
  void windowsKeepTheirParts() {
    SelectBlock block =
        block(
            "SELECT sum(a) OVER w FROM t WINDOW w AS (v PARTITION BY b ORDER BY c ROWS 2"
                + " PRECEDING)");
    QueryPart.Window window = block.windows().getFirst();
    assertThat(window.name()).map(Name::text).isEqualTo(Optional.of("w"));
    assertThat(window.base()).map(Name::text).contains("v");
    assertThat(window.frame()).isPresent();
    assertThat(window.frameOffsets()).hasSize(1);
  }

  @Test
  void whatIsNotUnderstoodGivesItsNames() {
    ParsedStatement parsed =
        SqlParser.opaque(Corpus.utf8("FROB s.t, \"U\" SET 'x' WHERE a = 1; FOO b")).getFirst();
    Statement.Opaque opaque = (Statement.Opaque) parsed.statement();
    assertThat(opaque.keyword()).isEqualTo("FROB");
    assertThat(opaque.names()).extracting(QualifiedName::text).contains("s.t", "U", "a");
    assertThat(parsed.literalCount()).isEqualTo(2);
  }
}
