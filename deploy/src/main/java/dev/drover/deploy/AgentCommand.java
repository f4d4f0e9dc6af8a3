package dev.drover.deploy;

import dev.drover.deploy.cluster.Member;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.MemberStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover agent}: one node's server and its agent, in the foreground. */
@Command(
    name = "agent",
    description = "Runs a node's PostgreSQL server and the agent beside it.",
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Mixin private MetricsOption metrics;

  @Option(
      names = "--node",
      required = true,
      paramLabel = "NAME",
      description = "catalog, or a datanode such as dn1")
  private String node;

  @Override
  public Integer call() {
    return MemberMain.run(
        Mode.FOREGROUND,
        "The node is ready.",
        () -> MemberStart.startByHand(new Member.Node(node), data.directory(), metrics.port()));
  }
}
