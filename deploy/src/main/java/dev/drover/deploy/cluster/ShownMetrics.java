package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.AgentMetrics;
import dev.drover.agent.recovery.Recovery;
import dev.drover.coordinator.Coordinator;
import dev.drover.deploy.metrics.MetricsEndpoint;
import dev.drover.gtm.Gtm;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The metrics of the members in this process, shown if somebody wants that.
 *
 * <p>Threads: thread-safe.
 */
final class ShownMetrics implements AutoCloseable {
  private final Optional<MetricsEndpoint> endpoint;

  private ShownMetrics(Optional<MetricsEndpoint> endpoint) {
    this.endpoint = endpoint;
  }

  /** Nothing is shown without a port. */
  static ShownMetrics open(Optional<Integer> port, String process) {
    try {
      return new ShownMetrics(port.map(p -> MetricsEndpoint.open(p, process)));
    } catch (UncheckedIOException e) {
      throw new ClusterException("%s: %s".formatted(e.getMessage(), e.getCause().getMessage()), e);
    }
  }

  void add(String process, Coordinator coordinator) {
    endpoint.ifPresent(e -> e.add(coordinator.metrics(MetricsEndpoint.tags(process))));
  }

  void add(String process, Gtm gtm) {
    endpoint.ifPresent(e -> e.add(gtm.metrics(MetricsEndpoint.tags(process))));
  }

  void add(String process, Agent agent, Recovery recovery) {
    endpoint.ifPresent(
        e ->
            e.add(
                new AgentMetrics(agent::status, recovery::figures, MetricsEndpoint.tags(process))));
  }

  @Override
  public void close() {
    endpoint.ifPresent(MetricsEndpoint::close);
  }
}
