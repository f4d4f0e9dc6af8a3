package dev.drover.deploy;

import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterStop;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code drover down}: stops a cluster; its data stays. */
@Command(name = "down", description = "Stops a cluster.", mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Override
  public Integer call() {
    ClusterDirectory directory = data.directory();
    boolean wasRunning = ClusterStop.stop(directory);
    IO.println(wasRunning ? "Drover is stopped." : "Drover was not running.");
    return 0;
  }
}
