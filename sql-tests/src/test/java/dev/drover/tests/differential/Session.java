package dev.drover.tests.differential;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One connection to one server, on which a scenario's statements run in their mode. */
final class Session implements AutoCloseable {
  /** Past the fifth execution PostgreSQL may turn to a generic plan. */
  private static final int EXECUTIONS = 7;

  private static final int FIRST_USER_OID = 16384;

  /** aclitem, its array, anonymous records and regclass: without a binary form, or with OIDs. */
  private static final Set<Integer> TEXT_ONLY = Set.of(1033, 1034, 2205, 2249, 2287);

  private static final int TEXT = 0;
  private static final int BINARY = 1;

  private final WireClient client;
  private final Scenario scenario;
  private final boolean isDrover;
  private int statementCount;
  private char status = 'I';

  private Session(WireClient client, Scenario scenario, boolean isDrover) {
    this.client = client;
    this.scenario = scenario;
    this.isDrover = isDrover;
  }

  static Session open(Endpoint endpoint, Scenario scenario) {
    return new Session(WireClient.login(endpoint), scenario, endpoint.isDrover());
  }

  /** Runs a statement in the scenario's mode and returns all that the server said. */
  List<Message> play(Statement statement) {
    Expansion expansion = Expansion.of(statement.template(), scenario, isDrover);
    boolean isSimple = scenario.mode() == Mode.SIMPLE || statement.isCopy();
    List<Message> reply = isSimple ? simple(statement, expansion) : extended(statement, expansion);
    status = (char) reply.getLast().reader().get();
    return reply;
  }

  /** What the last ReadyForQuery said: idle, in a transaction or in a failed one. */
  boolean isInTransaction() {
    return status == 'T';
  }

  /** Brings an open transaction into the failed state. */
  void fail() {
    List<Message> reply = client.query("SELECT 1/0");
    status = (char) reply.getLast().reader().get();
  }

  /** The text of the statement as this server gets it. */
  String text(Statement statement) {
    return Expansion.of(statement.template(), scenario, isDrover).inline(scenario.literals());
  }

  List<Message> query(String sql) {
    return client.query(sql);
  }

  @Override
  public void close() {
    client.close();
  }

  private List<Message> simple(Statement statement, Expansion expansion) {
    client.send(Frontend.query(expansion.inline(scenario.literals())));
    List<Message> reply = new ArrayList<>(client.readUntil("ZG"));
    if (reply.getLast().type() == 'G') {
      String data = statement.copyData().orElseThrow();
      client.send(Frontend.copyData(data), Frontend.copyDone());
      reply.addAll(client.readUntil("Z"));
    }
    return reply;
  }

  private List<Message> extended(Statement statement, Expansion expansion) {
    String name = scenario.mode() == Mode.PREPARED ? "s" + ++statementCount : "";
    boolean hasParameters = statement.takesParameters();
    String sql = hasParameters ? expansion.parameterized() : expansion.inline(scenario.literals());
    client.send(Frontend.parse(name, sql), Frontend.describeStatement(name), Frontend.flush());
    List<Message> reply = new ArrayList<>(client.readUntil("TnE"));
    Message description = reply.getLast();
    if (description.type() == 'E') {
      client.send(Frontend.sync());
      reply.addAll(client.readUntil("Z"));
      return reply;
    }
    boolean isRepeated = scenario.mode() == Mode.PREPARED && statement.onlyReads();
    for (int i = 0; i < (isRepeated ? EXECUTIONS : 1); i++) {
      int set = (scenario.literals() + i) % 2;
      List<Optional<String>> values = hasParameters ? expansion.values(set) : List.of();
      reply.addAll(execute(name, values, formats(description, i)));
    }
    return reply;
  }

  private List<Message> execute(String name, List<Optional<String>> values, List<Integer> formats) {
    client.send(
        Frontend.bind("", name, values, formats),
        Frontend.describePortal(""),
        Frontend.execute("", 0),
        Frontend.sync());
    return client.readUntil("Z");
  }

  /** Binary values of user types may hold OIDs, which differ from server to server. */
  private List<Integer> formats(Message description, int execution) {
    boolean isBinary =
        switch (scenario.mode()) {
          case BINARY -> true;
          case PREPARED -> execution % 2 == 1;
          case SIMPLE, EXTENDED -> false;
        };
    if (!isBinary || description.type() == 'n') {
      return List.of();
    }
    return description.columns().stream()
        .map(column -> hasBinaryForm(column.type().oid()) ? BINARY : TEXT)
        .toList();
  }

  private static boolean hasBinaryForm(int type) {
    return type < FIRST_USER_OID && !TEXT_ONLY.contains(type);
  }
}
