package dev.drover.deploy;

import dev.drover.deploy.cluster.EmbeddedNodes;
import dev.drover.deploy.nodes.NodeChange;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code drover node remove}: the other datanodes take over what a datanode has. */
@Command(
    name = "remove",
    description =
        "Moves everything that a datanode has to the others while it is used, and drops the node. A"
            + " server that 'up' or 'node add' has started is stopped; its files stay.",
    mixinStandardHelpOptions = true)
final class NodeRemoveCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Parameters(paramLabel = "NAME", description = "the node's name")
  private String name = "";

  @Override
  public Integer call() {
    try (NodeChange change = NodeChange.of(data.directory())) {
      change.remove(name);
    }
    EmbeddedNodes.stop(data.directory(), name);
    return 0;
  }
}
