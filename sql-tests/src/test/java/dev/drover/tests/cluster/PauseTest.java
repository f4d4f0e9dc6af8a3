package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PAUSE CLUSTER on two coordinators, every member a process. */
@Timeout(120)
@Tag("alone")
class PauseTest {
  private static final int SEVERAL = 20;
  private static final long SECONDS = 30;
  private static final String COUNT = "SELECT count(*) FROM pausing";

  private static TemporaryCluster cluster;

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.ofProcesses(2);
    run(
        first(),
        "CREATE TABLE pausing (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)",
        "INSERT INTO pausing VALUES (1), (2), (3)",
        "CREATE ROLE pauser LOGIN");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Endpoint first() {
    return cluster.coordinators().getFirst();
  }

  private static Endpoint second() {
    return cluster.coordinators().getLast();
  }

  @Test
  void itWaitsForWhatRunsAndHoldsWhatComes() throws Exception {
    try (Connection pausing = first().connect();
        Connection running = second().connect();
        Statement pauser = pausing.createStatement();
        Statement runner = running.createStatement()) {
      runner.execute("BEGIN");
      runner.execute("INSERT INTO pausing VALUES (4)");
      CompletableFuture<Void> pause = later(() -> pauser.execute("PAUSE CLUSTER"));
      awaitPaused(second());
      assertThat(number(runner, COUNT)).isEqualTo(4);
      assertThat(pause).isNotDone();
      runner.execute("ROLLBACK");
      pause.get(SECONDS, TimeUnit.SECONDS);
      CompletableFuture<Void> here = later(() -> run(first(), COUNT));
      CompletableFuture<Void> there = later(() -> runner.execute(COUNT));
      for (int i = 0; i < SEVERAL; i++) {
        pauser.execute("INSERT INTO pausing VALUES (5), (6), (7)");
        pauser.execute("DELETE FROM pausing WHERE id > 4");
        assertThat(number(pauser, COUNT)).isEqualTo(3);
      }
      assertThat(here).isNotDone();
      assertThat(there).isNotDone();
      pauser.execute("UNPAUSE CLUSTER");
      here.get(SECONDS, TimeUnit.SECONDS);
      there.get(SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void itOutlivesTheGtmAndEndsWithItsSession() throws Exception {
    CompletableFuture<Void> held;
    try (Connection pausing = first().connect();
        Statement pauser = pausing.createStatement()) {
      pauser.execute("PAUSE CLUSTER");
      held = later(() -> run(second(), COUNT));
      long before = cluster.processId("gtm");
      cluster.kill("gtm");
      until("another GTM", () -> cluster.processId("gtm") != before && cluster.answersGtm("gtm"));
      for (int i = 0; i < SEVERAL; i++) {
        pauser.execute("UPDATE pausing SET id = id WHERE id = 1");
        assertThat(number(pauser, COUNT)).isEqualTo(3);
      }
      assertThat(held).isNotDone();
      assertThat(paused(second())).isEqualTo("on");
    }
    held.get(SECONDS, TimeUnit.SECONDS);
    assertThat(paused(first())).isEqualTo("off");
  }

  @Test
  void aCoordinatorThatDiesPausesNobody() throws Exception {
    try (Connection pausing = second().connect();
        Statement pauser = pausing.createStatement()) {
      pauser.execute("PAUSE CLUSTER");
      CompletableFuture<Void> held = later(() -> run(first(), COUNT));
      cluster.kill("coordinator2");
      held.get(SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void onlyOneSessionOfASuperuserCan() throws SQLException {
    try (Connection pausing = first().connect();
        Connection other = first().connect();
        Statement pauser = pausing.createStatement();
        Statement second = other.createStatement()) {
      second.execute("BEGIN");
      assertThatState("25001", () -> second.execute("PAUSE CLUSTER"));
      second.execute("ROLLBACK");
      assertThatState("55000", () -> second.execute("UNPAUSE CLUSTER"));
      pauser.execute("PAUSE CLUSTER");
      pauser.execute("PAUSE CLUSTER");
      assertThatState("55006", () -> second.execute("PAUSE CLUSTER"));
      assertThatState("55000", () -> second.execute("UNPAUSE CLUSTER"));
      pauser.execute("UNPAUSE CLUSTER");
      second.execute("SET ROLE pauser");
      assertThatState("42501", () -> second.execute("PAUSE CLUSTER"));
    }
  }

  @Test
  void waitingForItCanBeCancelled() throws Exception {
    try (Connection pausing = first().connect();
        Connection running = first().connect();
        Statement pauser = pausing.createStatement();
        Statement runner = running.createStatement()) {
      runner.execute("BEGIN");
      runner.execute(COUNT);
      CompletableFuture<Void> pause = later(() -> pauser.execute("PAUSE CLUSTER"));
      awaitPaused(first());
      pauser.cancel();
      assertThatThrownBy(() -> pause.get(SECONDS, TimeUnit.SECONDS)).hasMessageContaining("cancel");
      runner.execute("COMMIT");
      assertThat(number(runner, COUNT)).isEqualTo(3);
    }
  }

  @Test
  void whatIsHeldCanBeCancelledAndTimesOut() throws Exception {
    try (Connection pausing = first().connect();
        Connection holding = second().connect();
        Statement pauser = pausing.createStatement();
        Statement held = holding.createStatement()) {
      held.execute("SET statement_timeout = '300ms'");
      pauser.execute("PAUSE CLUSTER");
      assertThatState("57014", () -> held.execute(COUNT));
      held.execute("BEGIN");
      assertThatThrownBy(() -> held.execute("INSERT INTO pausing VALUES (8), (9), (10)"))
          .hasMessageContaining("canceling statement due to statement timeout");
      assertThatState("25P02", () -> held.execute(COUNT));
      held.execute("ROLLBACK");
      pauser.execute("UNPAUSE CLUSTER");
      held.execute("SET statement_timeout = 0");
      pauser.execute("PAUSE CLUSTER");
      CompletableFuture<Void> waiting = later(() -> held.execute(COUNT));
      CompletableFuture<Void> ended = waiting.handle((_, _) -> null);
      until("its end", () -> cancelled(held, ended));
      assertThatThrownBy(waiting::join).hasMessageContaining("due to user request");
      pauser.execute("UNPAUSE CLUSTER");
      assertThat(number(held, COUNT)).isEqualTo(3);
    }
  }

  /** A request that comes before the statement cancels nothing, so it is said again. */
  private static boolean cancelled(Statement held, CompletableFuture<Void> ended)
      throws SQLException {
    held.cancel();
    return ended.isDone();
  }

  /** What a test runs on a thread of its own. */
  private interface Work {
    void run() throws SQLException;
  }

  private static CompletableFuture<Void> later(Work work) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            work.run();
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        },
        Thread::startVirtualThread);
  }

  private static void awaitPaused(Endpoint coordinator) throws SQLException {
    until("a pause", () -> paused(coordinator).equals("on"));
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  /** Polls; each poll is a round trip or a look at a file. */
  private static void until(String what, Condition condition) throws SQLException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + what);
      }
      Thread.onSpinWait();
    }
  }

  /** The driver would begin with a SET, which is held. */
  private static String paused(Endpoint coordinator) throws SQLException {
    Properties plain = new Properties();
    plain.setProperty("assumeMinServerVersion", "12");
    try (Connection connection = coordinator.connect(plain);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW drover.paused")) {
      row.next();
      return row.getString(1);
    }
  }

  private static void run(Endpoint coordinator, String... commands) throws SQLException {
    try (Connection connection = coordinator.connect();
        Statement statement = connection.createStatement()) {
      for (String command : List.of(commands)) {
        statement.execute(command);
      }
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void assertThatState(String state, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
  }
}
