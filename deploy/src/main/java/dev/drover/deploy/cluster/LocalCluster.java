package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.recovery.Recovery;
import dev.drover.coordinator.Coordinator;
import dev.drover.gtm.Gtm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * All members of a cluster but the PostgreSQL servers inside this process.
 *
 * <p>The servers end with this process, however it ends.
 *
 * <p>Threads: start and close are called by one thread at a time.
 */
public final class LocalCluster implements AutoCloseable {
  private final ClusterDirectory directory;
  private final ClusterLock lock;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final Map<String, Agent> agents = new LinkedHashMap<>();

  private LocalCluster(ClusterDirectory directory, ClusterLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /** Returns when everything is ready; if something is not, nothing is left. */
  public static LocalCluster start(ClusterDirectory directory) {
    ClusterSettings settings = directory.settings();
    ClusterLock lock = ClusterLock.take(directory);
    LocalCluster cluster = new LocalCluster(directory, lock);
    try {
      ClusterStop.endMembers(directory, settings);
      cluster.startMembers(settings);
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      closeOne(started.pop());
    }
    agents.values().parallelStream().forEach(Agent::close);
    agents.clear();
    lock.close();
  }

  private void startMembers(ClusterSettings settings) {
    PostgresBinaries binaries = settings.binaries();
    NodeStorage.create(
        directory,
        settings,
        settings.nodes().stream()
            .map(node -> directory.server(node, binaries, Lifetime.BOUND_TO_STARTER))
            .toList());
    Members members = new Members(directory, Lifetime.BOUND_TO_STARTER);
    ShownMetrics metrics = ShownMetrics.open(settings.access().metricsPort(), "drover");
    started.push(metrics);
    for (int id = 1; id <= settings.gtmPorts().size(); id++) {
      Gtm gtm = members.startGtm(id);
      started.push(gtm);
      metrics.add(new Member.Gtm(id).label(), gtm);
    }
    startAgents(members, settings);
    Recovery recovery = members.startRecovery(NodePort.CATALOG);
    started.push(recovery);
    agents.forEach((node, agent) -> metrics.add(new Member.Node(node).label(), agent, recovery));
    Metadata.install(directory, settings);
    for (int id = 1; id <= settings.coordinatorPorts().size(); id++) {
      Member member = new Member.Coordinator(id);
      Coordinator coordinator = members.startCoordinator(member);
      started.push(coordinator);
      metrics.add(member.label(), coordinator);
    }
  }

  private void startAgents(Members members, ClusterSettings settings) {
    List<Agent> all =
        settings.nodes().parallelStream().map(node -> members.startAgent(node.name())).toList();
    for (Agent agent : all) {
      agents.put(agent.status().node(), agent);
    }
  }

  private static void closeOne(AutoCloseable member) {
    try {
      member.close();
    } catch (Exception e) {
      throw new CompletionException("a member of the cluster did not stop", e);
    }
  }
}
