package dev.drover.deploy;

import dev.drover.deploy.cluster.Member;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.MemberStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover gtm}: a GTM of a cluster, active or standing by, in the foreground. */
@Command(
    name = "gtm",
    description = "Runs a GTM of a cluster.",
    mixinStandardHelpOptions = true,
    subcommands = AddStandbyCommand.class)
final class GtmCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Mixin private MetricsOption metrics;

  @Option(
      names = "--id",
      paramLabel = "N",
      description = "which of the cluster's GTMs this is (default: 1)")
  private int id = 1;

  @Override
  public Integer call() {
    return MemberMain.run(
        Mode.FOREGROUND,
        "The GTM is ready.",
        () -> MemberStart.startByHand(new Member.Gtm(id), data.directory(), metrics.port()));
  }
}
