package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.deploy.cluster.ClusterSettings.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody wants a cluster to be: decides the ports of a new one, and what of it may still
 * change in one that exists.
 *
 * <p>Threads: immutable.
 */
public record ClusterPlan(
    Optional<Integer> datanodes,
    Optional<Integer> gtmStandbys,
    Optional<Integer> port,
    Optional<String> postgres,
    Optional<Auth> auth,
    Optional<Listen> listen,
    Optional<Integer> metricsPort) {
  /** In place of a port: metrics are not shown any more. */
  public static final int NO_METRICS = 0;

  /** As many as fit the address space of one machine's patience. */
  public static final int MAX_DATANODES = 64;

  /** More would not be missed when they fail. */
  public static final int MAX_GTM_STANDBYS = 4;

  private static final int DEFAULT_DATANODES = 3;
  private static final int DEFAULT_PORT = 6432;

  public ClusterPlan {
    int count = datanodes.orElse(DEFAULT_DATANODES);
    if (count < 1 || count > MAX_DATANODES) {
      throw new ClusterException("a cluster has 1 to %d datanodes".formatted(MAX_DATANODES));
    }
    if (gtmStandbys.filter(some -> some < 0 || some > MAX_GTM_STANDBYS).isPresent()) {
      throw new ClusterException("a cluster has 0 to %d GTM standbys".formatted(MAX_GTM_STANDBYS));
    }
    port.ifPresent(Ports::requireValid);
    metricsPort.filter(some -> some != NO_METRICS).ifPresent(Ports::requireValid);
  }

  /** Creates the cluster, or changes what may change in the one that is there. */
  public ClusterSettings apply(ClusterDirectory directory) {
    if (!directory.exists()) {
      ClusterSettings settings = create();
      Ports.requireFree(settings);
      directory.create(settings);
      return settings;
    }
    ClusterSettings settings = changed(directory.settings(), directory);
    ClusterLock.requireFree(directory);
    directory.save(settings);
    return settings;
  }

  private ClusterSettings create() {
    int coordinator = port.orElse(DEFAULT_PORT);
    int count = datanodes.orElse(DEFAULT_DATANODES);
    List<Integer> free = Ports.freeAbove(coordinator, count + 2 + gtmStandbys.orElse(0));
    List<Integer> others = free.subList(0, count + 2);
    List<Integer> gtms = new ArrayList<>(others.subList(0, 1));
    gtms.addAll(free.subList(count + 2, free.size()));
    Access access =
        new Access(
            postgres.orElse(PostgresBinaries.BUNDLED),
            auth.orElse(Auth.TRUST),
            listen.orElse(Listen.LOCAL),
            metricsPort.filter(some -> some != NO_METRICS));
    return settings(List.of(coordinator), others, access, Map.of()).withGtmPorts(gtms);
  }

  /** The ports are, in this order: GTM, catalog node, datanodes. */
  static ClusterSettings settings(
      List<Integer> coordinators,
      List<Integer> others,
      Access access,
      Map<String, String> serverSettings) {
    List<NodePort> nodes = new ArrayList<>();
    nodes.add(new NodePort(NodePort.CATALOG, others.get(1)));
    for (int i = 2; i < others.size(); i++) {
      nodes.add(new NodePort("dn" + (i - 1), others.get(i)));
    }
    return new ClusterSettings(
        coordinators, List.of(others.getFirst()), nodes, access, serverSettings);
  }

  private ClusterSettings changed(ClusterSettings settings, ClusterDirectory directory) {
    int existing = settings.datanodes().size();
    if (datanodes.filter(count -> count != existing).isPresent()) {
      throw new ClusterException(
          "the cluster in %s has %d datanodes".formatted(directory.root(), existing));
    }
    int standbys = settings.gtmPorts().size() - 1;
    int wanted = gtmStandbys.orElse(standbys);
    if (wanted < standbys) {
      throw new ClusterException(
          "the cluster in %s has %d GTM standbys".formatted(directory.root(), standbys));
    }
    Access access =
        new Access(
            postgres.orElse(settings.access().postgres()),
            auth.orElse(settings.access().auth()),
            listen.orElse(settings.access().listen()),
            metricsPort
                .or(() -> settings.access().metricsPort())
                .filter(some -> some != NO_METRICS));
    ClusterSettings changed = settings.withAccess(access).withPort(port.orElse(settings.port()));
    return wanted == standbys ? changed : changed.withMoreGtms(wanted - standbys);
  }
}
