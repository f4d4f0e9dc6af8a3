package dev.drover.deploy;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.Members;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover gtm}: the GTM of a cluster, in the foreground. */
@Command(name = "gtm", description = "Runs a cluster's GTM.", mixinStandardHelpOptions = true)
final class GtmCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Option(names = "--supervised", hidden = true)
  private boolean isSupervised;

  @Override
  public Integer call() {
    return MemberMain.run(
        isSupervised ? Mode.SUPERVISED : Mode.FOREGROUND,
        "GTM is ready.",
        () -> new Members(data.directory(), Lifetime.INDEPENDENT).startGtm());
  }
}
