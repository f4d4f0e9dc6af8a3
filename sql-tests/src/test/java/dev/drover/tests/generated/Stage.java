package dev.drover.tests.generated;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;

/** One connection to one server, and the tables there. */
final class Stage implements AutoCloseable {
  private static final String SCHEMA = "generated";
  private static final List<String> SETTINGS =
      List.of(
          "SET TimeZone = 'America/New_York'",
          "SET statement_timeout = '30s'",
          "SET search_path = " + SCHEMA);

  private final WireClient client;
  private final boolean isDrover;
  private final long seed;
  private int statementCount;

  private Stage(WireClient client, boolean isDrover, long seed) {
    this.client = client;
    this.isDrover = isDrover;
    this.seed = seed;
  }

  /** Makes the tables anew. */
  static Stage open(Endpoint endpoint, long seed) {
    Stage stage = new Stage(WireClient.login(endpoint), endpoint.isDrover(), seed);
    stage.require("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
    stage.require("CREATE SCHEMA " + SCHEMA);
    SETTINGS.forEach(stage::require);
    Table.ALL.forEach(table -> stage.require(table.create(stage.isDrover)));
    stage.fill();
    return stage;
  }

  /** Brings the rows back that the tables had at first. */
  void reload() {
    Table.ALL.forEach(table -> require("DELETE FROM " + table.name()));
    fill();
  }

  private void fill() {
    for (Table table : Table.ALL) {
      String sql = table.fill(Dice.of(seed * 31 + Table.ALL.indexOf(table)));
      if (!sql.isEmpty()) {
        require(sql);
      }
    }
  }

  /** Runs a statement; one answer for each set of constants. */
  List<Answer> play(Part part, Case.Mode mode, List<Integer> sets) {
    List<Answer> answers = new ArrayList<>();
    boolean isOrdered = Text.inline(part, 0).sql().contains(Query.TOTAL) && isAtTheEnd(part);
    String name = mode == Case.Mode.PREPARED ? "s" + ++statementCount : "";
    for (int i = 0; i < sets.size(); i++) {
      int set = sets.get(i);
      List<Message> reply =
          switch (mode) {
            case SIMPLE -> client.query(Text.inline(part, set).sql());
            case EXTENDED -> extended(name, Text.inline(part, set), true);
            case PREPARED -> extended(name, Text.parameterized(part, set), i == 0);
          };
      answers.add(Answer.of(reply, isOrdered));
    }
    return answers;
  }

  /** The order of a query inside does not bind the whole. */
  private static boolean isAtTheEnd(Part part) {
    String sql = Text.inline(part, 0).sql();
    return sql.indexOf(')', sql.lastIndexOf(Query.TOTAL)) < 0;
  }

  /** The answer to a plain text. */
  Answer query(String sql) {
    return Answer.of(client.query(sql), false);
  }

  @Override
  public void close() {
    client.close();
  }

  private List<Message> extended(String name, Text text, boolean isNew) {
    List<byte[]> parts = new ArrayList<>();
    if (isNew) {
      parts.add(Frontend.parse(name, text.sql()));
    }
    parts.add(Frontend.bind("", name, text.values(), List.of()));
    parts.add(Frontend.describePortal(""));
    parts.add(Frontend.execute("", 0));
    parts.add(Frontend.sync());
    return client.exchange(1, parts.toArray(byte[][]::new));
  }

  private void require(String sql) {
    Transcript.error(client.query(sql))
        .ifPresent(
            message -> {
              throw new AssertionError(sql + ": " + Transcript.line(message));
            });
  }
}
