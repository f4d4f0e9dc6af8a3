package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.sql.Definition.AlterTable;
import dev.drover.planner.sql.Definition.CreateTable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CREATE, ALTER and DROP of relations, with Drover's clause. */
final class DefinitionTest {
  private static CreateTable table(String text) {
    return Corpus.statement(text, CreateTable.class);
  }

  private static AlterTable alter(String text) {
    return Corpus.statement(text, AlterTable.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "~~>",
      value = {
        "DISTRIBUTE BY HASH (a, b) ~~> HASH",
        "DISTRIBUTE BY MODULO (a) TO NODE (n1, n2) ~~> MODULO",
        "distribute by replication to group g ~~> REPLICATION",
        "DISTRIBUTE BY ROUNDROBIN ~~> ROUNDROBIN",
        "DISTRIBUTED BY (a) ~~> HASH",
        "DISTRIBUTED RANDOMLY ~~> ROUNDROBIN"
      })
  void cuttingTheDistributionLeavesPostgresStatement(
      String clause, Distribution.Strategy expected) {
    String plain = "CREATE TABLE t (a int, b text) WITH (fillfactor = 50) TABLESPACE x ";
    CreateTable table = table(plain + clause);
    Distribution distribution = table.distribution().orElseThrow();
    assertThat(distribution.strategy()).contains(expected);
    assertThat(distribution.span()).isEqualTo(new Span(plain.length(), table.span().end()));
    assertThat(table(plain).distribution()).isEmpty();
  }

  @Test
  void placementsNameNodesOrAGroup() {
    assertThat(table("CREATE TABLE t (a int) TO NODE (n1, \"N2\")").distribution().orElseThrow())
        .satisfies(
            d -> {
              assertThat(d.strategy()).isEmpty();
              Distribution.Nodes nodes = (Distribution.Nodes) d.placement().orElseThrow();
              assertThat(nodes.names()).extracting(Name::text).containsExactly("n1", "N2");
            });
    assertThat(
            table("CREATE TABLE t (a int) DISTRIBUTE BY HASH (a) TO GROUP g")
                .distribution()
                .orElseThrow()
                .placement())
        .containsInstanceOf(Distribution.Group.class);
  }

  @Test
  void columnsAndConstraints() {
    CreateTable table =
        table(
            "CREATE TEMP TABLE IF NOT EXISTS s.t (a bigserial PRIMARY KEY, b varchar(5) NOT NULL"
                + " DEFAULT 'x' CONSTRAINT u UNIQUE, c int REFERENCES p (q) ON DELETE CASCADE,"
                + " CONSTRAINT f FOREIGN KEY (a, c) REFERENCES r DEFERRABLE INITIALLY DEFERRED,"
                + " CHECK (a > 1), EXCLUDE USING gist (b WITH =, (c + 1) WITH &&) WHERE (c > 0))");
    assertThat(table.persistence()).isEqualTo(Persistence.TEMPORARY);
    assertThat(table.ifNotExists()).isTrue();
    assertThat(table.name().text()).isEqualTo("s.t");
    TableElement.Column a = table.columns().getFirst();
    assertThat(a.type().orElseThrow().isSerial()).isTrue();
    assertThat(a.isNotNull()).isTrue();
    TableElement.Column b = table.columns().get(1);
    assertThat(b.type().orElseThrow().name().text()).isEqualTo("varchar");
    assertThat(b.type().orElseThrow().modifiers()).hasSize(1);
    assertThat(b.defaultExpression()).isPresent();
    assertThat(table.constraints())
        .extracting(c -> c.rule().getClass().getSimpleName())
        .containsExactly(
            "Key", "NotNull", "Default", "Key", "ForeignKey", "ForeignKey", "Check", "Exclude");
    Constraint.Key key = (Constraint.Key) table.constraints().getFirst().rule();
    assertThat(key.kind()).isEqualTo(Constraint.KeyKind.PRIMARY_KEY);
    assertThat(key.columns()).extracting(Name::text).containsExactly("a");
    Constraint foreign = table.constraints().get(5);
    assertThat(foreign.name()).map(Name::text).contains("f");
    assertThat(foreign.timing().initiallyDeferred()).isTrue();
    Constraint.Exclude exclude = (Constraint.Exclude) table.constraints().getLast().rule();
    assertThat(exclude.elements().getLast().with().orElseThrow().symbol()).isEqualTo("&&");
    assertThat(table.constraints().get(4).rule())
        .isInstanceOfSatisfying(
            Constraint.ForeignKey.class,
            f -> assertThat(f.onDelete()).isEqualTo(Constraint.ForeignKey.Action.CASCADE));
  }

  @Test
  void partitionsLikeAndInherits() {
    CreateTable of =
        table("CREATE TABLE t PARTITION OF p FOR VALUES FROM (1) TO (2) PARTITION BY HASH (a)");
    assertThat(of.partitionOf().orElseThrow().parent().text()).isEqualTo("p");
    assertThat(of.bound().orElseThrow().kind()).isEqualTo(PartitionClause.Bound.Kind.FROM_TO);
    assertThat(of.partitionBy().orElseThrow().strategy()).isEqualTo("hash");
    CreateTable like = table("CREATE TABLE t (LIKE s.u INCLUDING ALL) INHERITS (v, w)");
    assertThat(like.elements().getFirst())
        .isInstanceOfSatisfying(
            TableElement.Like.class, l -> assertThat(l.options()).containsExactly("INCLUDING ALL"));
    assertThat(like.inherits()).hasSize(2);
  }

  @Test
  void identityAndGeneratedColumns() {
    List<Constraint> constraints =
        table(
                "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (START 5 CACHE 2), b int"
                    + " GENERATED ALWAYS AS (a * 2) STORED)")
            .constraints();
    Constraint.Identity identity = (Constraint.Identity) constraints.getFirst().rule();
    assertThat(identity.options())
        .extracting(GenericOption::name)
        .containsExactly("start", "cache");
    assertThat(((Constraint.Generated) constraints.getLast().rule()).stored()).isTrue();
  }

  @Test
  void tableAsQueryKeepsTheSource() {
    String text = "CREATE TABLE t (x) DISTRIBUTE BY HASH (x) AS SELECT a FROM u WITH NO DATA";
    Definition.CreateTableAs as = Corpus.statement(text, Definition.CreateTableAs.class);
    assertThat(as.columns()).hasSize(1);
    assertThat(as.distribution()).isPresent();
    assertThat(as.withData()).isFalse();
    assertThat(as.source().span().of(Corpus.utf8(text))).isEqualTo("SELECT a FROM u");
  }

  @Test
  void alterTableListsItsActions() {
    String text =
        "ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS a int, DROP b CASCADE, ALTER c"
            + " TYPE bigint USING c + 1, ALTER d SET DEFAULT 1, ALTER d DROP DEFAULT, ALTER e SET"
            + " NOT NULL, ADD CONSTRAINT k UNIQUE (a), DROP CONSTRAINT IF EXISTS l, OWNER TO joe,"
            + " ENABLE ROW LEVEL SECURITY, SET (fillfactor = 50)";
    AlterTable alter = alter(text);
    assertThat(alter.ifExists()).isTrue();
    assertThat(alter.table().only()).isTrue();
    assertThat(alter.actions())
        .extracting(a -> a.getClass().getSimpleName())
        .containsExactly(
            "AddColumn",
            "DropColumn",
            "AlterColumnType",
            "SetDefault",
            "SetDefault",
            "SetNotNull",
            "AddConstraint",
            "DropConstraint",
            "SetOwner",
            "Toggle",
            "SetOptions");
    assertThat(alter.actions().get(1).span().of(Corpus.utf8(text))).isEqualTo("DROP b CASCADE");
  }

  @Test
  void distributionChangesAreActions() {
    AlterTable alter = alter("ALTER TABLE t TO NODE (a, b), DISTRIBUTE BY HASH (c) CONCURRENTLY");
    assertThat(alter.concurrently()).isTrue();
    assertThat(alter.actions()).hasOnlyElementsOfType(AlterAction.Distribute.class).hasSize(2);
    assertThat(alter("ALTER TABLE t ADD NODE (a), DELETE NODE (b)").actions())
        .extracting(a -> a.getClass().getSimpleName())
        .containsExactly("AddNodes", "DeleteNodes");
  }

  /** Without parentheses it is a column named node. */
  @Test
  void addNodeWithoutParenthesesIsAColumn() {
    assertThat(alter("ALTER TABLE t ADD NODE int").actions().getFirst())
        .isInstanceOfSatisfying(
            AlterAction.AddColumn.class,
            a -> assertThat(a.column().name().text()).isEqualTo("node"));
  }

  @Test
  void renames() {
    assertThat(alter("ALTER TABLE t RENAME TO u").actions().getFirst())
        .isInstanceOf(AlterAction.RenameTo.class);
    assertThat(alter("ALTER VIEW t RENAME a TO b").objectType()).isEqualTo("VIEW");
    assertThat(Corpus.statement("ALTER TYPE t RENAME TO u", Definition.RenameOther.class).newName())
        .extracting(Name::text)
        .isEqualTo("u");
  }

  @Test
  void indexes() {
    Definition.CreateIndex index =
        Corpus.statement(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (a DESC,"
                + " lower(b)) INCLUDE (c) WHERE d",
            Definition.CreateIndex.class);
    assertThat(index.unique()).isTrue();
    assertThat(index.concurrently()).isTrue();
    assertThat(index.name()).map(Name::text).contains("i");
    assertThat(index.table().name().text()).isEqualTo("s.t");
    assertThat(index.elements().getFirst().column()).map(Name::text).contains("a");
    assertThat(index.elements().getLast().column()).isEmpty();
    assertThat(index.include()).hasSize(1);
    assertThat(index.where()).isPresent();
  }

  @Test
  void viewsAndSequences() {
    Definition.CreateView view =
        Corpus.statement(
            "CREATE OR REPLACE VIEW v (a) AS SELECT b FROM t", Definition.CreateView.class);
    assertThat(view.orReplace()).isTrue();
    assertThat(RelationNames.relations(view)).hasSize(1);
    Definition.AlterSequence sequence =
        Corpus.statement(
            "ALTER SEQUENCE s INCREMENT BY 2 RESTART NO CYCLE OWNED BY t.a",
            Definition.AlterSequence.class);
    assertThat(sequence.options())
        .extracting(GenericOption::name)
        .containsExactly("increment", "restart", "no cycle", "owned by");
  }

  @Test
  void drops() {
    Definition.Drop drop =
        Corpus.statement("DROP TABLE IF EXISTS a, s.b CASCADE", Definition.Drop.class);
    assertThat(drop.objectType()).isEqualTo("TABLE");
    assertThat(drop.names()).extracting(QualifiedName::text).containsExactly("a", "s.b");
    assertThat(drop.cascade()).isTrue();
    assertThat(Corpus.statement("DROP TRIGGER x ON t", Definition.Drop.class).table())
        .map(QualifiedName::text)
        .contains("t");
  }

  @Test
  void truncateAndLock() {
    Definition.Truncate truncate =
        Corpus.statement("TRUNCATE a, ONLY b RESTART IDENTITY CASCADE", Definition.Truncate.class);
    assertThat(truncate.tables()).hasSize(2);
    assertThat(truncate.restartIdentity()).isTrue();
    assertThat(Corpus.statement("LOCK t IN ROW SHARE MODE", Definition.LockTable.class).mode())
        .isEqualTo("ROW SHARE");
  }
}
