package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.redistribute.job.CatalogNode;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobId;
import dev.drover.redistribute.job.JobKind;
import dev.drover.redistribute.job.JobRunner;
import dev.drover.redistribute.job.JobStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs of two runners on a catalog node: taken up once, ended as they should, never forgotten. */
@Timeout(60)
class JobsOnServersTest {
  private static TemporaryServers servers;
  private static CatalogNode catalogNode;

  @BeforeAll
  static void installTheCatalogNode() throws SQLException {
    servers = TemporaryServers.open(PostgresBinaries.configured());
    PostgresServer server = servers.start("catalog");
    String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres";
    String password = servers.secret().password();
    catalogNode = () -> DriverManager.getConnection(url, "drover", password);
    try (Connection connection = catalogNode.connect()) {
      NodeSchema.install(connection);
      connection.setAutoCommit(false);
      ClusterBootstrap.installCatalog(connection);
      connection.commit();
    }
  }

  @AfterAll
  static void stopTheServer() {
    servers.close();
  }

  @Test
  void aJobIsDoneOnceAndWaitedFor() throws SQLException {
    AtomicInteger runs = new AtomicInteger();
    JobKind kind = kind(_ -> "counted " + runs.incrementAndGet());
    try (JobRunner _ = JobRunner.start(catalogNode, List.of(kind));
        JobRunner _ = JobRunner.start(catalogNode, List.of(kind))) {
      JobId job = add();
      assertThat(ask("SELECT drover.wait_for(%s)".formatted(job))).isEqualTo("counted 1");
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void aFailedJobSaysWhy() throws SQLException {
    JobKind kind =
        kind(
            _ -> {
              throw new JobFailed("there is no room");
            });
    JobId job = add();
    try (JobRunner _ = JobRunner.start(catalogNode, List.of(kind))) {
      assertThatThrownBy(() -> ask("SELECT drover.wait_for(%s)".formatted(job)))
          .hasMessageContaining("has failed")
          .hasMessageContaining("there is no room");
    }
  }

  @Test
  void aFailureThatMayPassIsTriedAgain() throws SQLException {
    AtomicInteger runs = new AtomicInteger();
    JobKind kind =
        kind(
            _ -> {
              if (runs.incrementAndGet() == 1) {
                throw new SQLException("the node is starting", "57P03");
              }
              return "second try";
            });
    JobId job = add();
    try (JobRunner _ = JobRunner.start(catalogNode, List.of(kind))) {
      assertThat(ask("SELECT drover.wait_for(%s)".formatted(job))).isEqualTo("second try");
    }
  }

  @Test
  void anotherRunnerTakesUpTheJobOfOneThatHasGone() throws SQLException, InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    JobId job = add();
    JobRunner first =
        JobRunner.start(
            catalogNode,
            List.of(
                kind(
                    control -> {
                      begun.countDown();
                      while (true) {
                        control.proceed();
                      }
                    })));
    begun.await();
    try (JobRunner _ =
        JobRunner.start(catalogNode, List.of(kind(c -> "claim " + c.job().claim())))) {
      first.close();
      assertThat(ask("SELECT drover.wait_for(%s)".formatted(job))).isEqualTo("claim 2");
    }
  }

  @Test
  void aRunnerThatHasLostItsSessionLosesTheJob() throws SQLException, InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    JobKind kind =
        kind(
            control -> {
              begun.countDown();
              while (control.job().claim() == 1) {
                control.proceed();
              }
              return "claim " + control.job().claim();
            });
    JobId job = add();
    try (JobRunner _ = JobRunner.start(catalogNode, List.of(kind))) {
      begun.await();
      ask(
          ("SELECT pg_terminate_backend(pid)::text FROM pg_locks"
                  + " WHERE locktype = 'advisory' AND objid = %s")
              .formatted(job));
      assertThat(ask("SELECT drover.wait_for(%s)".formatted(job))).isEqualTo("claim 2");
    }
  }

  @Test
  void aPausedJobWaitsAndACancelledOneEnds() throws SQLException {
    JobKind kind =
        kind(
            control -> {
              while (true) {
                control.proceed();
              }
            });
    JobId job = add();
    ask("SELECT drover.pause_job(%s)::text".formatted(job));
    assertThatThrownBy(() -> ask("SELECT drover.pause_job(%s)::text".formatted(new JobId(-1))))
        .hasMessageContaining("does not exist");
    try (JobRunner _ = JobRunner.start(catalogNode, List.of(kind))) {
      assertThat(ask("SELECT state FROM drover.job WHERE id = %s".formatted(job)))
          .isEqualTo("paused");
      ask("SELECT drover.resume_job(%s)::text".formatted(job));
      ask("SELECT drover.cancel_job(%s)::text".formatted(job));
      assertThatThrownBy(() -> ask("SELECT drover.wait_for(%s)".formatted(job)))
          .hasMessageContaining("was cancelled");
    }
    assertThatThrownBy(() -> ask("SELECT drover.resume_job(%s)::text".formatted(job)))
        .hasMessageContaining("is cancelled");
  }

  @Test
  void onlyItsRoleAndSuperusersCommandAJob() throws SQLException {
    JobId job = add();
    ask("CREATE ROLE stranger; SELECT 'made'");
    assertThatThrownBy(
            () ->
                ask(
                    "SET SESSION AUTHORIZATION stranger; SELECT drover.cancel_job(%s)::text"
                        .formatted(job)))
        .hasMessageContaining("must be owner of job");
    ask("SELECT drover.cancel_job(%s)::text".formatted(job));
  }

  private interface Work {
    String run(JobControl control) throws SQLException;
  }

  private static JobKind kind(Work work) {
    return new JobKind() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public String run(JobControl control) throws SQLException {
        return work.run(control);
      }
    };
  }

  private static JobId add() throws SQLException {
    try (Connection connection = catalogNode.connect()) {
      return JobStore.add(connection, "test", List.of("a", "b"), "", "postgres");
    }
  }

  private static String ask(String sql) throws SQLException {
    try (Connection connection = catalogNode.connect();
        Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      while (!rows) {
        rows = statement.getMoreResults();
      }
      try (ResultSet result = statement.getResultSet()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
