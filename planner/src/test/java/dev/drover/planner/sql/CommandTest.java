package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.sql.SessionCommand.SetVariable;
import dev.drover.planner.sql.Statement.Utility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transaction control, settings, cursors, cluster commands and other utility statements. */
final class CommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "~~>",
      quoteCharacter = '`',
      value = {
        "SET a = 1 ~~> a 1",
        "SET LOCAL search_path TO x, \"Y\" ~~> search_path x Y",
        "SET TIME ZONE 'UTC' ~~> timezone UTC",
        "SET NAMES 'utf8' ~~> client_encoding utf8",
        "SET ROLE joe ~~> role joe",
        "SET SESSION AUTHORIZATION 'joe' ~~> session_authorization joe",
        "SET SCHEMA 's' ~~> search_path s",
        "SET Drover.Reach = -1.5 ~~> drover.reach -1.5",
        "SET session = x ~~> session x",
        "SET work_mem TO DEFAULT ~~> work_mem"
      })
  void settings(String text, String expected) {
    SetVariable set = Corpus.statement(text, SetVariable.class);
    StringBuilder shown = new StringBuilder(set.name());
    set.values().forEach(v -> shown.append(' ').append(v.text()));
    assertThat(shown).hasToString(expected);
    assertThat(set.isDefault()).isEqualTo(text.endsWith("DEFAULT"));
    assertThat(text).endsWith(set.valueSpan().of(Corpus.utf8(text)));
  }

  @Test
  void localSettingsAreSeen() {
    assertThat(Corpus.statement("SET LOCAL a = 1", SetVariable.class).scope())
        .isEqualTo(SetVariable.Scope.LOCAL);
    assertThat(Corpus.statement("SET SESSION a = 1", SetVariable.class).scope())
        .isEqualTo(SetVariable.Scope.SESSION);
  }

  @Test
  void beginCarriesItsModes() {
    TransactionCommand.Begin begin =
        Corpus.statement(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY NOT DEFERRABLE",
            TransactionCommand.Begin.class);
    assertThat(begin.modes().isolation()).contains(TransactionCommand.Isolation.REPEATABLE_READ);
    assertThat(begin.modes().readOnly()).contains(true);
    assertThat(begin.modes().deferrable()).contains(false);
    assertThat(Corpus.statement("BEGIN", TransactionCommand.Begin.class).modes().isolation())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "COMMIT AND CHAIN,Commit",
    "END,Commit",
    "ABORT,Rollback",
    "ROLLBACK TO s,RollbackTo",
    "RELEASE s,Release",
    "PREPARE TRANSACTION 'x',PrepareTransaction",
    "COMMIT PREPARED 'x',CommitPrepared",
    "ROLLBACK PREPARED 'x',RollbackPrepared",
    "SET TRANSACTION READ ONLY,SetTransaction",
    "SET CONSTRAINTS ALL DEFERRED,SetConstraints",
    "PREPARE p AS SELECT 1,Prepare",
    "EXECUTE p,Execute",
    "DEALLOCATE ALL,Deallocate",
    "DISCARD TEMP,Discard",
    "SHOW ALL,Show",
    "LISTEN a,Listen",
    "CLOSE ALL,Close",
    "DO 'x',Do",
    "CALL p(1),Call",
    "PAUSE CLUSTER,PauseCluster",
    "UNPAUSE CLUSTER,UnpauseCluster",
    "DROP NODE GROUP g,DropNodeGroup",
    "ALTER CLUSTER REBALANCE,AlterCluster"
  })
  void kinds(String text, String kind) {
    assertThat(Corpus.statement(text).getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void fetchDirections() {
    CursorCommand.Fetch all =
        Corpus.statement("FETCH BACKWARD ALL IN c", CursorCommand.Fetch.class);
    assertThat(all.all()).isTrue();
    assertThat(all.direction()).isEqualTo(CursorCommand.Fetch.Direction.BACKWARD);
    CursorCommand.Fetch counted =
        Corpus.statement("MOVE RELATIVE -3 FROM c", CursorCommand.Fetch.class);
    assertThat(counted.move()).isTrue();
    assertThat(counted.count()).isEqualTo(-3);
    assertThat(Corpus.statement("FETCH next", CursorCommand.Fetch.class).cursor().text())
        .isEqualTo("next");
  }

  @Test
  void declareKeepsTheQuery() {
    String text = "DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT a FROM t";
    CursorCommand.Declare declare = Corpus.statement(text, CursorCommand.Declare.class);
    assertThat(declare.scroll()).contains(false);
    assertThat(declare.hold()).isTrue();
    assertThat(declare.query().span().of(Corpus.utf8(text))).isEqualTo("SELECT a FROM t");
  }

  @Test
  void explainOptionsOfBothSyntaxes() {
    Statement.Explain old =
        Corpus.statement("EXPLAIN ANALYZE VERBOSE SELECT 1", Statement.Explain.class);
    assertThat(old.options()).extracting(GenericOption::name).containsExactly("analyze", "verbose");
    Statement.Explain present =
        Corpus.statement("EXPLAIN (NODES off, FORMAT json) TABLE t", Statement.Explain.class);
    assertThat(present.options().getFirst().isTrue()).isFalse();
    assertThat(present.options().getLast().text()).contains("json");
    assertThat(present.statement()).isInstanceOf(Statement.Select.class);
  }

  @Test
  void nodes() {
    ClusterCommand.CreateNode node =
        Corpus.statement(
            "CREATE NODE dn1 WITH (TYPE = 'datanode', HOST = 'h', PORT = 5433, PRIMARY)",
            ClusterCommand.CreateNode.class);
    assertThat(node.options())
        .extracting(GenericOption::name)
        .containsExactly("type", "host", "port", "primary");
    assertThat(node.options().get(2).text()).contains("5433");
    assertThat(node.options().get(3).isTrue()).isTrue();
  }

  @Test
  void executeDirectKeepsTheStatement() {
    ClusterCommand.ExecuteDirect direct =
        Corpus.statement(
            "EXECUTE DIRECT ON (a, b) 'SELECT ''x'''", ClusterCommand.ExecuteDirect.class);
    assertThat(direct.nodes()).hasSize(2);
    assertThat(direct.statement()).isEqualTo("SELECT 'x'");
    assertThat(Corpus.statement("EXECUTE direct", SessionCommand.Execute.class).name().text())
        .isEqualTo("direct");
  }

  @Test
  void cleanConnection() {
    ClusterCommand.CleanConnection clean =
        Corpus.statement(
            "CLEAN CONNECTION TO NODE (a) FOR DATABASE d TO USER u",
            ClusterCommand.CleanConnection.class);
    assertThat(clean.database()).map(Name::text).contains("d");
    assertThat(clean.user()).map(Name::text).contains("u");
  }

  @Test
  void passwordsAreFound() {
    String text = "CREATE ROLE r LOGIN PASSWORD 'se''cret' NOINHERIT";
    Utility role = Corpus.statement(text, Utility.class);
    assertThat(role.kind()).isEqualTo("CREATE ROLE");
    assertThat(role.names()).extracting(QualifiedName::text).containsExactly("r");
    assertThat(role.password().orElseThrow().of(Corpus.utf8(text))).isEqualTo("'se''cret'");
    assertThat(Corpus.statement("ALTER USER u PASSWORD NULL", Utility.class).password()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "~~>",
      value = {
        "GRANT SELECT (a), INSERT ON TABLE t, s.u TO joe ~~> GRANT TABLE t s.u",
        "REVOKE ALL ON v FROM PUBLIC ~~> REVOKE TABLE v",
        "COMMENT ON TABLE s.t IS 'x' ~~> COMMENT TABLE s.t",
        "COMMENT ON TRIGGER x ON t IS 'y' ~~> COMMENT TRIGGER t",
        "VACUUM (FULL) a, b (c) ~~> VACUUM TABLE a b",
        "ANALYZE VERBOSE s.t ~~> ANALYZE TABLE s.t",
        "CLUSTER t USING i ~~> CLUSTER TABLE t",
        "REINDEX TABLE CONCURRENTLY t ~~> REINDEX TABLE t",
        "CREATE TRIGGER x BEFORE INSERT ON s.t EXECUTE FUNCTION f() ~~> CREATE TRIGGER TRIGGER s.t",
        "CREATE POLICY p ON t USING (true) ~~> CREATE POLICY POLICY t",
        "CREATE STATISTICS s ON a, b FROM t ~~> CREATE STATISTICS STATISTICS t",
        "REFRESH MATERIALIZED VIEW v ~~> REFRESH MATERIALIZED VIEW MATERIALIZED VIEW v"
      })
  void relationsOfUtilityStatements(String text, String expected) {
    Utility utility = Corpus.statement(text, Utility.class);
    StringBuilder shown = new StringBuilder(utility.kind() + " " + utility.objectType());
    utility.relations().forEach(r -> shown.append(' ').append(r.name().text()));
    assertThat(shown).hasToString(expected);
  }

  @Test
  void statementsInsideRulesRoutinesAndSchemas() {
    assertThat(
            Corpus.statement(
                    "CREATE RULE r AS ON INSERT TO t DO (INSERT INTO u VALUES (1); DELETE FROM v)",
                    Utility.class)
                .statements())
        .hasSize(2);
    assertThat(
            Corpus.statement(
                    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END"
                        + " FROM t; RETURN 1; END",
                    Utility.class)
                .statements())
        .hasSize(2);
    assertThat(
            Corpus.statement("CREATE SCHEMA s CREATE TABLE t (a int)", Utility.class).statements())
        .hasSize(1);
  }
}
