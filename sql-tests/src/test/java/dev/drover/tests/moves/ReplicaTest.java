package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What may happen to a replicated table while it comes to a further node, and on that node. */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
@ExtendWith(EndpointsExtension.class)
class ReplicaTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  private final Endpoint drover;
  private final List<Endpoint> nodes;
  private final Slots slots;
  private final Jobs jobs;

  ReplicaTest(Endpoints endpoints) {
    drover = endpoints.drover();
    nodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  @BeforeEach
  void makeATableOnTwoNodes() throws SQLException {
    drover.run("CREATE SCHEMA copied");
    drover.run(
        """
        CREATE TABLE copied.t (id int PRIMARY KEY, v int NOT NULL)
          DISTRIBUTE BY REPLICATION TO NODE (dn1, dn2);
        INSERT INTO copied.t SELECT g, 0 FROM generate_series(1, 1000) g
        """);
  }

  @AfterEach
  void dropIt() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS copied CASCADE");
  }

  /** How far the copy is. */
  enum Stage {
    COPYING,
    FOLLOWING
  }

  /** Nobody waits for the job, and nobody is refused what a table without a key allows. */
  @ParameterizedTest
  @EnumSource
  void aTableThatLosesItsKeyIsUsedAndCopiedAllTheSame(Stage stage) throws SQLException {
    int job = start();
    awaitCopying();
    try (Connection marker = nodes.getFirst().connect();
        Statement statement = marker.createStatement()) {
      marker.setAutoCommit(false);
      if (stage == Stage.FOLLOWING) {
        statement.execute("LOCK TABLE drover.move_marker IN SHARE ROW EXCLUSIVE MODE");
        jobs.throttle(job, 0);
        String follows = "SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL";
        Patience.await(LIMIT, () -> Slots.ask(nodes.getLast(), follows), "1");
      }
      drover.run("SET statement_timeout = '20s'; ALTER TABLE copied.t DROP CONSTRAINT t_pkey");
      drover.run("UPDATE copied.t SET v = 1 WHERE id <= 10");
      drover.run("DELETE FROM copied.t WHERE id = 11");
      drover.run("INSERT INTO copied.t VALUES (12, 0), (12, 0)");
    }
    jobs.throttle(job, 0);
    slots.awaitJob(job);
    assertThat(slots.leftovers()).isEmpty();
    assertThat(contents()).hasSize(1);
    assertThat(Slots.ask(drover, "SELECT count(*) || ' ' || sum(v) FROM copied.t"))
        .isEqualTo("1001 10");
    for (Endpoint node : nodes) {
      String keys = "SELECT count(*) FROM pg_index WHERE indrelid = 'copied.t'::regclass";
      assertThat(Slots.ask(node, keys)).isEqualTo("0");
    }
  }

  @Test
  void aDiskThatIsFullEndsTheJob() throws SQLException {
    try (FullDisk disk = new FullDisk(nodes.getLast())) {
      disk.forTable("copied.t");
      assertThatThrownBy(() -> drover.run("ALTER CLUSTER ADD NODE dn3"))
          .hasMessageContaining("No space left on device");
      nodes.getLast().run("TRUNCATE copied.t");
    }
    assertThat(slots.leftovers()).isEmpty();
    drover.run("UPDATE copied.t SET v = 1");
    assertThat(Slots.ask(nodes.getLast(), "SELECT count(*) FROM copied.t")).isEqualTo("0");
    drover.run("ALTER CLUSTER ADD NODE dn3");
    assertThat(contents()).hasSize(1);
  }

  /** A throttle lets one chunk of rows pass in a day. */
  private int start() throws SQLException {
    try (Obstacle _ = new Obstacle(nodes)) {
      int job = jobs.start("ALTER CLUSTER ADD NODE dn3 CONCURRENTLY");
      jobs.throttle(job, 1);
      return job;
    }
  }

  private void awaitCopying() {
    String copies =
        "SELECT count(*) FROM pg_stat_progress_copy WHERE relid = 'copied.t'::regclass"
            + " AND command = 'COPY FROM'";
    Patience.await(LIMIT, () -> Slots.ask(nodes.getLast(), copies), "1");
  }

  private Set<String> contents() throws SQLException {
    Set<String> found = new HashSet<>();
    for (Endpoint node : nodes) {
      found.add(
          Slots.ask(node, "SELECT string_agg(id || ' ' || v, ',' ORDER BY id, v) FROM copied.t"));
    }
    return found;
  }
}
