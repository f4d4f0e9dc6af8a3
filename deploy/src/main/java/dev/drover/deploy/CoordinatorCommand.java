package dev.drover.deploy;

import dev.drover.deploy.cluster.Member;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.MemberStart;
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

  @Override
  public Integer call() {
    return MemberMain.run(
        Mode.FOREGROUND,
        "The coordinator is ready.",
        () -> MemberStart.start(new Member.Coordinator(id), data.directory()));
  }
}
