package dev.drover.deploy;

import dev.drover.deploy.cluster.Member;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.MemberStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code drover gtm}: the GTM of a cluster, in the foreground. */
@Command(name = "gtm", description = "Runs a cluster's GTM.", mixinStandardHelpOptions = true)
final class GtmCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Override
  public Integer call() {
    return MemberMain.run(
        Mode.FOREGROUND,
        "The GTM is ready.",
        () -> MemberStart.startByHand(new Member.Gtm(), data.directory()));
  }
}
