package dev.drover.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.differential.Statement.Note;
import dev.drover.tests.wire.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The harness itself: what it reads in a script, sends to the servers, and calls equal. */
class ScriptTest {
  private static final Scenario BY_KEY = new Scenario(Placement.KEY, Mode.SIMPLE, 0, "s1");
  private static final Scenario ROUND_ROBIN =
      new Scenario(Placement.ROUNDROBIN, Mode.SIMPLE, 1, "s2");

  @Test
  void semicolonsInQuotesAndCommentsDoNotEndAStatement() {
    Script script =
        Script.parse(
            "topic",
            """
            -- a comment; with a semicolon
            SELECT ';', $$;$$, $x$ ; $x$, E'\\';' -- ; here
              /* ; */ ";";
            SELECT 2; --@ unordered, message differs
            """);
    assertThat(script.statements()).extracting(Statement::line).containsExactly(2, 4);
    assertThat(script.statements().get(1).notes())
        .containsExactlyInAnyOrder(Note.UNORDERED, Note.MESSAGE_DIFFERS);
  }

  @Test
  void dataOfACopyEndsAtTheBackslashDot() {
    Script script =
        Script.parse("topic", "COPY t FROM STDIN (FORMAT csv);\n1,\";\"\n2,x\n\\.\nSELECT 1;\n");
    assertThat(script.statements().getFirst().copyData()).contains("1,\";\"\n2,x\n");
    assertThat(script.statements()).hasSize(2);
  }

  @Test
  void theHeaderNamesThePlacements() {
    Script script = Script.parse("topic", "--@ placements key, replicated\nSELECT 1;\n");
    assertThat(script.placements()).containsExactlyInAnyOrder(Placement.KEY, Placement.REPLICATED);
  }

  @Test
  void onlyDroverSeesTheDistribution() {
    String create = "CREATE TABLE t (id int) /*dist: hash(id) | hash(v)*/";
    assertThat(sql(create, BY_KEY, true))
        .isEqualTo("CREATE TABLE t (id int) DISTRIBUTE BY hash(id)");
    assertThat(sql(create, ROUND_ROBIN, true))
        .isEqualTo("CREATE TABLE t (id int) DISTRIBUTE BY ROUNDROBIN");
    assertThat(sql(create, BY_KEY, false)).isEqualTo("CREATE TABLE t (id int) ");
    assertThat(sql("CREATE TABLE r () /*dist= replication*/", ROUND_ROBIN, true))
        .isEqualTo("CREATE TABLE r () DISTRIBUTE BY replication");
  }

  @Test
  void keysGoWhereTheyCannotBeChecked() {
    String create = "CREATE TABLE t (id int $key[PRIMARY KEY], n int[2]$key[, UNIQUE (id)])";
    assertThat(sql(create, BY_KEY, false))
        .isEqualTo("CREATE TABLE t (id int PRIMARY KEY, n int[2], UNIQUE (id))");
    assertThat(sql(create, ROUND_ROBIN, false)).isEqualTo("CREATE TABLE t (id int , n int[2])");
  }

  @Test
  void literalsHaveTwoFormsAndBecomeParameters() {
    Expansion expansion =
        Expansion.of("SELECT $[1|2], $['it''s'|NULL] FROM $schema.t", BY_KEY, false);
    assertThat(expansion.inline(0)).isEqualTo("SELECT 1, 'it''s' FROM s1.t");
    assertThat(expansion.inline(1)).isEqualTo("SELECT 2, NULL FROM s1.t");
    assertThat(expansion.parameterized()).isEqualTo("SELECT $1, $2 FROM s1.t");
    assertThat(expansion.values(0)).containsExactly(Optional.of("1"), Optional.of("it's"));
    assertThat(expansion.values(1)).containsExactly(Optional.of("2"), Optional.empty());
  }

  @Test
  void onlyAnOrderByOfTheStatementItselfOrdersTheRows() {
    assertThat(statement("SELECT * FROM t ORDER BY 1").isOrdered()).isTrue();
    assertThat(statement("SELECT * FROM (SELECT 1 ORDER BY 1) x").isOrdered()).isFalse();
    assertThat(statement("SELECT 'order by'").isOrdered()).isFalse();
    assertThat(statement("COPY (SELECT 1 ORDER BY 1) TO STDOUT").isOrdered()).isTrue();
  }

  @Test
  void orderMattersOnlyWhereTheStatementAsksForIt() {
    List<Message> forwards = List.of(row("a"), row("b"));
    List<Message> backwards = List.of(row("b"), row("a"));
    Statement free = statement("SELECT * FROM t");
    Statement ordered = statement("SELECT * FROM t ORDER BY 1");
    assertThat(Comparison.lines(free, forwards)).isEqualTo(Comparison.lines(free, backwards));
    assertThat(Comparison.lines(ordered, forwards))
        .isNotEqualTo(Comparison.lines(ordered, backwards));
    assertThat(Comparison.lines(free, forwards))
        .isNotEqualTo(Comparison.lines(free, List.of(row("a"), row("a"))));
  }

  private static String sql(String template, Scenario scenario, boolean isDrover) {
    return Expansion.of(template, scenario, isDrover).inline(0);
  }

  private static Statement statement(String sql) {
    return Script.parse("topic", sql + ";\n").statements().getFirst();
  }

  private static Message row(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(Short.BYTES + Integer.BYTES + bytes.length);
    return new Message('D', body.putShort((short) 1).putInt(bytes.length).put(bytes).flip());
  }
}
