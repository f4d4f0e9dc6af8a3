package dev.drover.deploy;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.Members;
import dev.drover.gtm.Gtm;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover gtm}: the GTM of a cluster, in the foreground. */
@Command(name = "gtm", description = "Runs a cluster's GTM.", mixinStandardHelpOptions = true)
final class GtmCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(GtmCommand.class);
  private static final int FAILED = 70;

  @Mixin private DataOption data;

  @Option(names = "--supervised", hidden = true)
  private boolean isSupervised;

  @Override
  public Integer call() {
    return MemberMain.run(
        isSupervised ? Mode.SUPERVISED : Mode.FOREGROUND, "GTM is ready.", this::start);
  }

  /** A GTM that cannot go on ends its process: another one can start from its log. */
  private Gtm start() {
    Gtm gtm = new Members(data.directory(), Lifetime.INDEPENDENT).startGtm();
    var _ = gtm.stopped().exceptionally(GtmCommand::end);
    return gtm;
  }

  private static Void end(Throwable failure) {
    LOG.error("event=gtm_failed", failure);
    Runtime.getRuntime().halt(FAILED);
    return null;
  }
}
