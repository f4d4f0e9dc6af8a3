package dev.drover.deploy;

import dev.drover.deploy.cluster.GtmStandbys;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code drover gtm add-standby}: one more GTM for a cluster that is there. */
@Command(
    name = "add-standby",
    description =
        "Adds a GTM that waits to follow the active one; the cluster may run (not with"
            + " --single-jvm).",
    mixinStandardHelpOptions = true)
final class AddStandbyCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Override
  public Integer call() {
    int id = GtmStandbys.add(data.directory());
    IO.println("The cluster has %d GTMs.".formatted(id));
    return 0;
  }
}
