package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.Processes;
import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterHealth.State;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real processes: each test leaves the cluster as it found it. */
class SupervisorTest {
  private static EmbeddedCluster cluster;

  @BeforeAll
  static void start() {
    cluster = EmbeddedCluster.ofProcesses(1, 1);
  }

  @AfterAll
  static void stop() {
    List<ProcessHandle> processes = processes();
    assertThat(processes).hasSize(4);
    cluster.close();
    assertThat(processes).noneMatch(Processes::isAlive);
    assertThat(cluster.directory().root()).doesNotExist();
  }

  @Test
  void everyMemberIsWell() {
    assertThat(ClusterHealth.of(cluster.directory()))
        .extracting(MemberHealth::state)
        .containsOnly(State.HEALTHY);
  }

  @Test
  void everyMemberThatIsKilledIsStartedAgain() {
    for (Member member : Member.of(cluster.settings())) {
      ProcessHandle before = process(member);
      cluster.kill(member);
      cluster.awaitReady(member);
      assertThat(process(member)).as(member.label()).isNotEqualTo(before);
    }
  }

  @Test
  void aSecondSupervisorIsRefused() {
    assertThatThrownBy(() -> Supervisor.start(cluster.directory()))
        .hasMessage("the cluster in %s is running already".formatted(cluster.directory().root()));
  }

  @Test
  void settingsOfARunningClusterStay() {
    ClusterPlan plan =
        new ClusterPlan(
            Optional.empty(),
            Optional.empty(),
            Optional.of(FreePorts.one()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThatThrownBy(() -> plan.apply(cluster.directory()))
        .hasMessageEndingWith("is running already");
    assertThat(cluster.directory().settings()).isEqualTo(cluster.settings());
  }

  @Test
  void aMemberThatRunsIsNotStartedByHand() {
    for (Member member : Member.of(cluster.settings())) {
      assertThatThrownBy(
              () -> MemberStart.startByHand(member, cluster.directory(), Optional.empty()))
          .hasMessage(
              "%s is running already (process %d)"
                  .formatted(member.label(), process(member).pid()));
    }
  }

  @Test
  void oneMoreCoordinatorMayRun() throws Exception {
    int port = FreePorts.one();
    Member extra = new Member.ExtraCoordinator(port);
    try (AutoCloseable _ = MemberStart.startByHand(extra, cluster.directory(), Optional.empty());
        Connection first = connect(cluster.settings().port());
        Connection second = connect(port)) {
      first.createStatement().execute("CREATE TABLE seen (id int PRIMARY KEY)");
      second.createStatement().execute("INSERT INTO seen VALUES (1), (2), (3)");
      second.createStatement().execute("DROP TABLE seen");
      assertThatThrownBy(() -> first.createStatement().execute("TABLE seen"))
          .hasMessageContaining("relation \"seen\" does not exist");
    }
    assertThat(RunFile.living(cluster.directory(), extra.label())).isEmpty();
  }

  @Test
  void aCoordinatorThatIsNotThereIsNamed() {
    assertThatThrownBy(
            () ->
                MemberStart.startByHand(
                    new Member.Coordinator(2), cluster.directory(), Optional.empty()))
        .hasMessage("the cluster has no coordinator 2; --port starts one more");
  }

  private static Connection connect(int port) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), "postgres", "");
  }

  private static ProcessHandle process(Member member) {
    return RunFile.living(cluster.directory(), member.label()).orElseThrow();
  }

  private static List<ProcessHandle> processes() {
    List<ProcessHandle> processes = new ArrayList<>();
    Member.of(cluster.settings()).forEach(member -> processes.add(process(member)));
    return processes;
  }
}
