package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.coordinator.Coordinator;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.gtm.Gtm;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The start of a process that is one member. */
public final class MemberStart {
  private static final Logger LOG = LoggerFactory.getLogger(MemberStart.class);
  private static final int FAILED = 70;

  private MemberStart() {}

  /**
   * The entry of a supervisor's children, without a command line to speak of: that costs time, and
   * there are many of them.
   *
   * @param arguments the cluster's directory and the member's label
   */
  static void main(String[] arguments) {
    ClusterDirectory directory = new ClusterDirectory(Path.of(arguments[0]));
    String label = arguments[1];
    int exitCode =
        MemberMain.run(
            Mode.SUPERVISED, "", () -> start(member(directory.settings(), label), directory));
    System.exit(exitCode);
  }

  /** Starts the member inside this process, which is there for it alone. */
  public static AutoCloseable start(Member member, ClusterDirectory directory) {
    return start(member, directory, directory.settings().metricsPort(member));
  }

  /** Shows the member's metrics, too. */
  private static AutoCloseable start(
      Member member, ClusterDirectory directory, Optional<Integer> metricsPort) {
    Members members = new Members(directory, Lifetime.INDEPENDENT);
    String label = member.label();
    ShownMetrics metrics = ShownMetrics.open(metricsPort, label);
    AutoCloseable started =
        switch (member) {
          case Member.Gtm(int id) -> {
            Gtm gtm = startGtm(members, id);
            metrics.add(label, gtm);
            yield gtm;
          }
          case Member.Node(String node) -> {
            AgentMember agent = AgentMember.start(members, node);
            metrics.add(label, agent.agent(), agent.recovery());
            yield agent;
          }
          case Member.Coordinator _, Member.ExtraCoordinator _ -> {
            Coordinator coordinator = members.startCoordinator(member);
            metrics.add(label, coordinator);
            yield coordinator;
          }
        };
    return () -> {
      metrics.close();
      started.close();
    };
  }

  /**
   * Starts a member that no supervisor knows; {@code status} and {@code down} find it.
   *
   * @param metricsPort in place of what the cluster's settings say
   */
  public static AutoCloseable startByHand(
      Member member, ClusterDirectory directory, Optional<Integer> metricsPort) {
    Optional<Integer> shownOn = metricsPort.or(() -> directory.settings().metricsPort(member));
    Optional<ProcessHandle> running = RunFile.living(directory, member.label());
    if (running.isPresent()) {
      throw new ClusterException(
          "%s is running already (process %d)".formatted(member.label(), running.get().pid()));
    }
    AutoCloseable started = start(member, directory, shownOn);
    RunFile.write(directory, member.label(), ProcessHandle.current());
    return () -> {
      RunFile.delete(directory, member.label());
      started.close();
    };
  }

  private static Member member(ClusterSettings settings, String label) {
    return Member.of(settings).stream()
        .filter(member -> member.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new ClusterException("the cluster has no process " + label));
  }

  /** A GTM that cannot go on ends its process: another one can start from its state. */
  private static Gtm startGtm(Members members, int id) {
    Gtm gtm = members.startGtm(id);
    var _ = gtm.stopped().exceptionally(MemberStart::end);
    return gtm;
  }

  private static Void end(Throwable failure) {
    LOG.error("event=gtm_failed", failure);
    Runtime.getRuntime().halt(FAILED);
    return null;
  }
}
