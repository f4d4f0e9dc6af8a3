package dev.drover.tests.isolation;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One session of a script on one server: sends a step and collects the reply as it comes. */
final class Actor implements AutoCloseable {
  /** A circle that a plain server sees by itself is not worth waiting a second for. */
  private static final String PLAIN_SETTINGS = "SET deadlock_timeout = '20ms'";

  private static final String PREFIX = "isolation ";

  private final Spec.Session session;
  private final WireClient client;
  private final int processId;
  private final List<Message> reply = new ArrayList<>();
  private Optional<Spec.Planned> active = Optional.empty();

  private Actor(Spec.Session session, WireClient client, int processId) {
    this.session = session;
    this.client = client;
    this.processId = processId;
  }

  static Actor connect(Endpoint endpoint, Spec.Session session) {
    WireClient client = WireClient.login(endpoint);
    if (!endpoint.isDrover()) {
      client.query(PLAIN_SETTINGS);
    }
    client.query("SET application_name = '" + PREFIX + session.name() + "'");
    Message row = client.query("SELECT pg_backend_pid()").get(1);
    int processId = Integer.parseInt(Transcript.text(row.values().getFirst().orElseThrow()));
    return new Actor(session, client, processId);
  }

  Spec.Session session() {
    return session;
  }

  /** Carried by whatever runs for this session, on every server. */
  String applicationName() {
    return PREFIX + session.name();
  }

  /** Of a plain server's backend; Drover's sessions have none of their own. */
  int processId() {
    return processId;
  }

  Optional<Spec.Planned> active() {
    return active;
  }

  void start(Spec.Planned planned, String sql) {
    if (active.isPresent()) {
      throw new IllegalStateException("still busy with " + active.get().step().name());
    }
    active = Optional.of(planned);
    client.send(Frontend.query(sql));
  }

  /** Takes what comes within that time; true when the whole reply is there. */
  boolean isAnswered(Duration patience) {
    while (!isComplete() && client.hasInput(patience)) {
      reply.add(client.read());
    }
    return isComplete();
  }

  private boolean isComplete() {
    return !reply.isEmpty() && reply.getLast().type() == 'Z';
  }

  /** The reply as lines; the session is free then. */
  List<String> finish(String sql) {
    List<String> lines = Reply.lines(reply, sql);
    reply.clear();
    active = Optional.empty();
    return lines;
  }

  /** Runs what must succeed, between permutations. */
  void run(String sql) {
    List<Message> answer = client.query(sql);
    Transcript.error(answer)
        .ifPresent(
            error -> {
              throw new IllegalStateException(sql + ": " + Transcript.line(error));
            });
  }

  /** A permutation must end what it began. */
  void expectIdle() {
    Message ready = client.query("SELECT 1").getLast();
    if (ready.reader().get() != 'I') {
      throw new IllegalStateException(session.name() + " is left in a transaction");
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
