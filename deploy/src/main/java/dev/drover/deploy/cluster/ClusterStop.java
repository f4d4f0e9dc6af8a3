package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.Processes;
import dev.drover.agent.postgres.StopMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stops a cluster from outside of the process that runs it. */
public final class ClusterStop {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private ClusterStop() {}

  /** Returns whether anything was running. */
  public static boolean stop(ClusterDirectory directory) {
    ClusterSettings settings = directory.settings();
    Optional<ProcessHandle> supervisor = ClusterLock.holder(directory);
    supervisor.ifPresent(process -> end(process, "the supervisor"));
    return endMembers(directory, settings) || supervisor.isPresent();
  }

  /** Ends what a supervisor left that died: processes, then servers without an agent. */
  static boolean endMembers(ClusterDirectory directory, ClusterSettings settings) {
    boolean hasEndedSome = false;
    for (Member member : Member.of(settings).reversed()) {
      Optional<ProcessHandle> process = RunFile.living(directory, member.label());
      process.ifPresent(living -> end(living, member.label()));
      hasEndedSome |= process.isPresent();
    }
    boolean hasStoppedServers = stopServers(directory, settings);
    return hasEndedSome || hasStoppedServers;
  }

  private static boolean stopServers(ClusterDirectory directory, ClusterSettings settings) {
    PostgresBinaries binaries = settings.binaries();
    List<Boolean> stopped =
        settings.nodes().parallelStream()
            .map(node -> directory.server(node, binaries, Lifetime.INDEPENDENT))
            .map(server -> server.stop(StopMode.FAST))
            .toList();
    return stopped.contains(true);
  }

  private static void end(ProcessHandle process, String what) {
    process.destroy();
    if (!Processes.awaitEnd(process, LIMIT)) {
      throw new ClusterException(
          "%s (process %d) did not stop within %s".formatted(what, process.pid(), LIMIT));
    }
  }
}
