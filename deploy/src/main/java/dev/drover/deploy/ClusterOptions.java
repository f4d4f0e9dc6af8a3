package dev.drover.deploy;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.deploy.cluster.Auth;
import dev.drover.deploy.cluster.ClusterPlan;
import dev.drover.deploy.cluster.Listen;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what a new cluster is like. */
final class ClusterOptions {
  @Option(
      names = "--datanodes",
      paramLabel = "N",
      description = "how many datanodes a new cluster gets (default: 3)")
  private Optional<Integer> datanodes = Optional.empty();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "where clients connect (default: 6432)")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--postgres",
      paramLabel = "bundled|DIR",
      description = "the PostgreSQL to run: the bundled one (default) or an installation")
  private Optional<String> postgres = Optional.empty();

  @Option(
      names = "--gtm-standbys",
      paramLabel = "N",
      description = "how many GTMs wait to follow the active one (default: as before, 0 at first)")
  private Optional<Integer> gtmStandbys = Optional.empty();

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description =
          "show metrics for Prometheus on 127.0.0.1: each process on a port of its own from this"
              + " one on, coordinators first, then GTMs, then nodes (default: as before; 0: no"
              + " more)")
  private Optional<Integer> metricsPort = Optional.empty();

  @Option(
      names = "--listen",
      paramLabel = "local|all",
      description =
          "take clients from this machine or from every network (default: as before, local at"
              + " first); those from elsewhere always need a password")
  private Optional<String> listen = Optional.empty();

  Optional<Integer> port() {
    return port;
  }

  /** With what the command itself knows of the port and of authentication. */
  ClusterPlan plan(Optional<Integer> port, Optional<Auth> auth) {
    postgres.ifPresent(PostgresBinaries::of);
    return new ClusterPlan(
        datanodes,
        gtmStandbys,
        port,
        postgres.map(ClusterOptions::absolute),
        auth,
        listen.map(Listen::of),
        metricsPort);
  }

  private static String absolute(String postgres) {
    if (postgres.equals(PostgresBinaries.BUNDLED)) {
      return postgres;
    }
    return Path.of(postgres).toAbsolutePath().normalize().toString();
  }
}
