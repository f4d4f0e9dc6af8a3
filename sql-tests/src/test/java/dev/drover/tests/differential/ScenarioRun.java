package dev.drover.tests.differential;

import static java.util.Objects.requireNonNull;

import dev.drover.tests.Endpoints;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One script run in one scenario on both servers. */
final class ScenarioRun {
  private static final int MAX_DIFFERENCES = 5;
  private static final String REFUSED = "0A000";

  /** What to set, so that it must be carried to every node: not the servers' defaults. */
  private static final List<String> SETTINGS =
      List.of(
          "SET TimeZone = 'America/New_York'",
          "SET DateStyle = 'ISO, DMY'",
          "SET extra_float_digits = 1");

  /** Runs when the sessions are closed, and so hold no locks. */
  private interface Cleanup extends AutoCloseable {
    @Override
    void close();
  }

  private final Endpoints endpoints;
  private final Script script;
  private final Scenario scenario;
  private final Refusals refusals;
  private final List<String> differences = new ArrayList<>();
  private boolean isLearnt;

  ScenarioRun(Endpoints endpoints, Script script, Scenario scenario, Refusals refusals) {
    this.endpoints = requireNonNull(endpoints);
    this.script = requireNonNull(script);
    this.scenario = requireNonNull(scenario);
    this.refusals = requireNonNull(refusals);
  }

  /** The differences found, each told in full; empty when the servers agree. */
  List<String> run() {
    boolean isFinished;
    do {
      differences.clear();
      isLearnt = false;
      isFinished = attempt();
    } while (!isFinished);
    return List.copyOf(differences);
  }

  /** False when a refusal was learnt and all has to be done again. */
  private boolean attempt() {
    try (Cleanup _ = this::dropSchema;
        Session drover = Session.open(endpoints.drover(), scenario);
        Session plain = Session.open(endpoints.plain(), scenario)) {
      prepare(drover, plain);
      return playAll(drover, plain);
    }
  }

  private boolean playAll(Session drover, Session plain) {
    for (Statement statement : script.statements(endpoints.drover().isDrover())) {
      Optional<String> difference = play(statement, drover, plain);
      if (isLearnt) {
        return false;
      }
      difference.ifPresent(differences::add);
      if (differences.size() >= MAX_DIFFERENCES) {
        return true;
      }
    }
    return true;
  }

  private Optional<String> play(Statement statement, Session drover, Session plain) {
    List<Message> answer = drover.play(statement);
    Optional<Message> error = Transcript.error(answer);
    if (statement.notes().contains(Statement.Note.DROVER_ONLY)) {
      return error.map(message -> describe(statement, drover, List.of(), answer));
    }
    boolean isRefused = error.isPresent() && error.get().sqlState().equals(REFUSED);
    if (isRefused && refusals.allow(script, scenario, statement)) {
      skip(plain);
      return Optional.empty();
    }
    List<Message> expected = plain.play(statement);
    boolean isSame =
        Comparison.lines(statement, expected).equals(Comparison.lines(statement, answer));
    if (isSame) {
      return Optional.empty();
    }
    isLearnt = isRefused && refusals.learn(script, scenario, statement);
    return Optional.of(describe(statement, drover, expected, answer));
  }

  /** The refused statement must have changed nothing, so the plain server does not run it. */
  private static void skip(Session plain) {
    if (plain.isInTransaction()) {
      plain.fail();
    }
  }

  private void prepare(Session drover, Session plain) {
    for (Session session : List.of(drover, plain)) {
      String schema = scenario.schema();
      List<String> setup = new ArrayList<>(SETTINGS);
      setup.add("CREATE SCHEMA " + schema);
      setup.add("SET search_path = %s, public".formatted(schema));
      setup.forEach(sql -> require(session, sql));
    }
  }

  private void dropSchema() {
    try (Session drover = Session.open(endpoints.drover(), scenario);
        Session plain = Session.open(endpoints.plain(), scenario)) {
      String sql = "DROP SCHEMA IF EXISTS %s CASCADE".formatted(scenario.schema());
      require(drover, sql);
      require(plain, sql);
    }
  }

  private static void require(Session session, String sql) {
    Transcript.error(session.query(sql))
        .ifPresent(
            message -> {
              throw new AssertionError(sql + ": " + Transcript.line(message));
            });
  }

  private String describe(
      Statement statement, Session session, List<Message> expected, List<Message> answer) {
    return "line %d: %s%n  plain server:%n    %s%n  Drover:%n    %s"
        .formatted(
            statement.line(),
            session.text(statement),
            String.join("\n    ", Comparison.lines(statement, expected)),
            String.join("\n    ", Comparison.lines(statement, answer)));
  }
}
