package dev.drover.deploy;

import dev.drover.deploy.cluster.ClusterException;
import dev.drover.deploy.cluster.EmbeddedNodes;
import dev.drover.deploy.nodes.NodeChange;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drover node add}: a server becomes a datanode and takes its share of all tables. */
@Command(
    name = "add",
    description = {
      "Makes a PostgreSQL server a datanode, and moves its share of all tables to it while they are"
          + " used.",
      "Without --host and --port a server is started on this machine, as 'up' does (not with"
          + " --single-jvm)."
    },
    mixinStandardHelpOptions = true)
final class NodeAddCommand implements Callable<Integer> {
  private static final int DEFAULT_PORT = 5432;

  @Mixin private DataOption data;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "the node's name (default: the next free of dn1, dn2, ...)")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--host",
      paramLabel = "H",
      description =
          "where a PostgreSQL server runs that has a superuser drover with the cluster's secret as"
              + " its password")
  private Optional<String> host = Optional.empty();

  @Option(names = "--port", paramLabel = "P", description = "its port (default: 5432)")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--embedded",
      description = "start a server on this machine; so without --host and --port too")
  private boolean isEmbedded;

  @Override
  public Integer call() {
    boolean elsewhere = host.isPresent() || port.isPresent();
    if (elsewhere && isEmbedded) {
      throw new ClusterException("either --embedded, or --host and --port");
    }
    try (NodeChange change = NodeChange.of(data.directory())) {
      String node = name.orElseGet(change::freeName);
      if (elsewhere) {
        change.add(node, host.orElse("127.0.0.1"), port.orElse(DEFAULT_PORT));
      } else {
        IO.println("Starting a server for %s.".formatted(node));
        EmbeddedNodes.Place place = EmbeddedNodes.start(data.directory(), node);
        change.add(node, place.socketDirectory(), place.port());
      }
    }
    return 0;
  }
}
