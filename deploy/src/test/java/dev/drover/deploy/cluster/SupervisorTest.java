package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.Processes;
import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterHealth.State;
import java.util.ArrayList;
import java.util.List;
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

  private static ProcessHandle process(Member member) {
    return RunFile.living(cluster.directory(), member.label()).orElseThrow();
  }

  private static List<ProcessHandle> processes() {
    List<ProcessHandle> processes = new ArrayList<>();
    Member.of(cluster.settings()).forEach(member -> processes.add(process(member)));
    return processes;
  }
}
