package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** INSERT, UPDATE, DELETE, MERGE and COPY. */
final class ModificationTest {
  private static String cut(String text, Node node) {
    return node.span().of(Corpus.utf8(text));
  }

  @Test
  void insertOfRows() {
    String text =
        "INSERT INTO s.t AS x (a, b.c, d[1]) VALUES (1, 2, 3), ($1, DEFAULT, -4) RETURNING a";
    Insert insert = Corpus.statement(text, Insert.class);
    assertThat(insert.target().relation().of(Corpus.utf8(text))).isEqualTo("s.t");
    assertThat(insert.target().alias().orElseThrow().name()).map(Name::text).contains("x");
    assertThat(insert.columns()).extracting(c -> c.column().text()).containsExactly("a", "b", "d");
    assertThat(insert.columns())
        .extracting(AssignmentTarget::indirection)
        .containsExactly(false, true, true);
    QueryBody.ValuesBody values = (QueryBody.ValuesBody) insert.source().orElseThrow().body();
    assertThat(values.rows())
        .extracting(r -> cut(text, r))
        .containsExactly("(1, 2, 3)", "($1, DEFAULT, -4)");
    assertThat(cut(text, insert.returning().orElseThrow())).isEqualTo("RETURNING a");
  }

  @Test
  void defaultValuesHaveNoSource() {
    assertThat(Corpus.statement("INSERT INTO t DEFAULT VALUES", Insert.class).source()).isEmpty();
  }

  @Test
  void parenthesisBehindTheTableIsAQueryOrColumns() {
    assertThat(Corpus.statement("INSERT INTO t (SELECT 1)", Insert.class).columns()).isEmpty();
    assertThat(Corpus.statement("INSERT INTO t (a) (SELECT 1)", Insert.class).columns()).hasSize(1);
  }

  @Test
  void onConflict() {
    String text =
        "INSERT INTO t VALUES (1) ON CONFLICT (a, lower(b)) WHERE c DO UPDATE SET d = 1, (e, f) ="
            + " (SELECT 1, 2) WHERE t.g";
    Insert.OnConflict conflict = Corpus.statement(text, Insert.class).onConflict().orElseThrow();
    assertThat(conflict.elements().getFirst().column()).map(Name::text).contains("a");
    assertThat(conflict.elements().getLast().expression()).isPresent();
    assertThat(conflict.assignments()).extracting(Assignment::row).containsExactly(false, true);
    assertThat(conflict.indexPredicate()).isPresent();
    assertThat(cut(text, conflict.where().orElseThrow())).isEqualTo("t.g");
    Insert.OnConflict named =
        Corpus.statement(
                "INSERT INTO t TABLE u ON CONFLICT ON CONSTRAINT k DO NOTHING", Insert.class)
            .onConflict()
            .orElseThrow();
    assertThat(named.constraint()).map(Name::text).contains("k");
    assertThat(named.doNothing()).isTrue();
  }

  @Test
  void update() {
    String text = "UPDATE ONLY t AS x SET a = 1, (b, c) = ROW (2, 3) FROM u WHERE x.d = u.d";
    Update update = Corpus.statement(text, Update.class);
    assertThat(update.target().only()).isTrue();
    assertThat(update.assignments().getLast().targets()).hasSize(2);
    assertThat(update.from()).hasSize(1);
    assertThat(cut(text, update.where().orElseThrow())).isEqualTo("x.d = u.d");
    assertThat(RelationNames.relations(update))
        .extracting(r -> r.name().text())
        .containsExactly("t", "u");
  }

  @Test
  void setIsNoAliasInUpdate() {
    assertThat(Corpus.statement("UPDATE t SET set = 1", Update.class).target().alias()).isEmpty();
  }

  @Test
  void deleteOfTheRowOfACursor() {
    Delete delete = Corpus.statement("DELETE FROM t x WHERE CURRENT OF c", Delete.class);
    assertThat(delete.where().orElseThrow())
        .isInstanceOfSatisfying(
            Expr.Special.class, s -> assertThat(s.keyword()).isEqualTo("CURRENT OF"));
    assertThat(Corpus.statement("DELETE FROM t WHERE current = 1", Delete.class).where())
        .containsInstanceOf(Expr.Operator.class);
  }

  @Test
  void merge() {
    Merge merge =
        Corpus.statement(
            "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND b THEN UPDATE SET c = 1 WHEN NOT"
                + " MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a)",
            Merge.class);
    assertThat(merge.whens())
        .extracting(Merge.When::match)
        .containsExactly(
            Merge.When.Match.MATCHED,
            Merge.When.Match.NOT_MATCHED_BY_SOURCE,
            Merge.When.Match.NOT_MATCHED_BY_TARGET);
    assertThat(merge.whens())
        .extracting(Merge.When::action)
        .containsExactly(
            Merge.When.Action.UPDATE, Merge.When.Action.DELETE, Merge.When.Action.INSERT);
  }

  @Test
  void copyOptionsOfBothSyntaxesHaveTheSameNames() {
    Statement.Copy present =
        Corpus.statement(
            "COPY s.t (a, b) FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';', FORCE_NOT_NULL (a,"
                + " b)) WHERE a > 1",
            Statement.Copy.class);
    Statement.Copy older =
        Corpus.statement(
            "COPY s.t (a, b) FROM STDIN CSV HEADER DELIMITER AS ';' FORCE NOT NULL a, b WHERE a >"
                + " 1",
            Statement.Copy.class);
    for (Statement.Copy copy : List.of(present, older)) {
      assertThat(copy.from()).isTrue();
      assertThat(copy.table().orElseThrow().name().text()).isEqualTo("s.t");
      assertThat(copy.columns()).extracting(Name::text).containsExactly("a", "b");
      assertThat(copy.endpoint().kind()).isEqualTo(CopyEndpoint.Kind.STDIN);
      assertThat(copy.where()).isPresent();
      assertThat(copy.options())
          .extracting(GenericOption::name)
          .containsExactly("format", "header", "delimiter", "force_not_null");
      assertThat(copy.options().getFirst().text()).contains("csv");
      assertThat(copy.options().get(1).isTrue()).isTrue();
      assertThat(copy.options().get(2).text()).contains(";");
      assertThat(copy.options().getLast().values()).hasSize(2);
    }
  }

  @Test
  void copyOfAQuery() {
    Statement.Copy copy =
        Corpus.statement("COPY (SELECT * FROM t) TO STDOUT (FORMAT binary)", Statement.Copy.class);
    assertThat(copy.table()).isEmpty();
    assertThat(copy.query()).containsInstanceOf(Statement.Select.class);
    assertThat(RelationNames.relations(copy)).hasSize(1);
  }

  @Test
  void literalsThatTheTreeHoldsAreReported() {
    assertThat(SqlParser.parse(Corpus.utf8("COPY t TO 'x'")).getFirst().readsLiterals()).isTrue();
    assertThat(SqlParser.parse(Corpus.utf8("SELECT a::float(3)")).getFirst().readsLiterals())
        .isTrue();
    assertThat(SqlParser.parse(Corpus.utf8("SELECT 'x', 1::numeric(3)")).getFirst().readsLiterals())
        .isFalse();
  }
}
