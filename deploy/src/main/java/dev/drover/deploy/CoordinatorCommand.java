package dev.drover.deploy;

import dev.drover.deploy.cluster.Member;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.MemberStart;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
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

  @Mixin private MetricsOption metrics;

  @ArgGroup private Which which = new Which();

  /** One of the cluster's own coordinators, or one more. */
  private static final class Which {
    @Option(
        names = "--id",
        paramLabel = "N",
        description = "which of the cluster's coordinators this is (default: 1)")
    private Optional<Integer> id = Optional.empty();

    @Option(
        names = "--port",
        paramLabel = "PORT",
        description = "run one more coordinator, on this port")
    private Optional<Integer> port = Optional.empty();

    private Member member() {
      return port.<Member>map(Member.ExtraCoordinator::new)
          .orElseGet(() -> new Member.Coordinator(id.orElse(1)));
    }
  }

  @Override
  public Integer call() {
    return MemberMain.run(
        Mode.FOREGROUND,
        "The coordinator is ready.",
        () -> MemberStart.startByHand(which.member(), data.directory(), metrics.port()));
  }
}
