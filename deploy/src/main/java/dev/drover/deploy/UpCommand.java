package dev.drover.deploy;

import dev.drover.deploy.cluster.Auth;
import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterSettings;
import dev.drover.deploy.cluster.DetachedSupervisor;
import dev.drover.deploy.cluster.LocalCluster;
import dev.drover.deploy.cluster.MemberMain;
import dev.drover.deploy.cluster.MemberMain.Mode;
import dev.drover.deploy.cluster.Supervisor;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover up}: a whole cluster on this machine. */
@Command(
    name = "up",
    description = "Starts a cluster on this machine, creating it on first use.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Mixin private ClusterOptions options;

  @Option(
      names = "--auth",
      paramLabel = "trust|scram",
      description = "how clients on this machine are checked (default: trust)")
  private Optional<String> auth = Optional.empty();

  @Option(names = "--detach", description = "leave the cluster running in the background")
  private boolean isDetached;

  @Option(names = "--single-jvm", description = "run everything but PostgreSQL in one process")
  private boolean isSingleJvm;

  @Option(names = DetachedSupervisor.OPTION, hidden = true)
  private boolean isDetachedChild;

  @Override
  public Integer call() {
    ClusterDirectory directory = data.directory();
    ClusterSettings settings = options.plan(options.port(), auth.map(Auth::of)).apply(directory);
    String readyLine =
        "Drover is ready: psql -h 127.0.0.1 -p %d -U postgres postgres".formatted(settings.port());
    if (isDetached) {
      DetachedSupervisor.start(directory, isSingleJvm);
      IO.println(readyLine);
      return 0;
    }
    return MemberMain.run(
        isDetachedChild ? Mode.DETACHED : Mode.FOREGROUND,
        readyLine,
        () -> isSingleJvm ? LocalCluster.start(directory) : Supervisor.start(directory));
  }
}
