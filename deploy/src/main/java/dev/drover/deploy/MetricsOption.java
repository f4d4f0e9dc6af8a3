package dev.drover.deploy;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says where one process shows its metrics. */
final class MetricsOption {
  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "show metrics for Prometheus on this port of 127.0.0.1")
  private Optional<Integer> port = Optional.empty();

  Optional<Integer> port() {
    return port;
  }
}
