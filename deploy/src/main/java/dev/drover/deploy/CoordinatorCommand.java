package dev.drover.deploy;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.Members;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover coordinator}: one coordinator of a cluster, in the foreground. */
@Command(
    name = "coordinator",
    description = "Runs a coordinator of a cluster.",
    mixinStandardHelpOptions = true)
final class CoordinatorCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Option(
      names = "--id",
      paramLabel = "N",
      description = "which of the cluster's coordinators this is (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  private int id;

  @Option(names = "--supervised", hidden = true)
  private boolean isSupervised;

  @Override
  public Integer call() {
    return MemberMain.run(
        isSupervised ? Mode.SUPERVISED : Mode.FOREGROUND,
        "Coordinator is ready.",
        () -> new Members(data.directory(), Lifetime.INDEPENDENT).startCoordinator(id));
  }
}
