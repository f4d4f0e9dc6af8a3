package dev.drover.deploy;

import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.demo.Demo;
import dev.drover.deploy.demo.DemoCluster;
import dev.drover.deploy.demo.Screen;
import dev.drover.deploy.demo.Shop;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover demo}: a tour of a cluster of its own. */
@Command(
    name = "demo",
    description =
        "Starts a cluster, fills it, asks it, kills a server, and checks that all is well.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int CHECK_FAILED = 1;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "keep the cluster here (default: a temporary directory that is deleted)")
  private Optional<Path> data = Optional.empty();

  @Mixin private ClusterOptions options;

  @Option(names = "--exit", description = "exit after the tour instead of staying up")
  private boolean exits;

  @Override
  public Integer call() throws InterruptedException {
    Screen screen = Screen.of(System.out);
    TemporaryDirectory directory = TemporaryDirectory.unlessGiven(data, "demo");
    ClusterDirectory clusterDirectory = new ClusterDirectory(directory.path());
    boolean isNew = !clusterDirectory.exists();
    Optional<Integer> port =
        isNew ? Optional.of(options.port().orElseGet(FreePort::preferred)) : options.port();
    options.plan(port, Optional.empty()).apply(clusterDirectory);
    DemoCluster cluster = new DemoCluster(clusterDirectory, directory.isTemporary());
    Thread onSignal = new Thread(() -> end(cluster, screen), "shutdown");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try (cluster) {
      return tour(cluster, screen);
    }
  }

  private int tour(DemoCluster cluster, Screen screen) throws InterruptedException {
    screen.say("Starting a cluster ...");
    cluster.start();
    boolean passed = new Demo(cluster, screen, Shop.LARGE).run();
    if (!exits) {
      screen.say(
          "Drover is ready: psql -h 127.0.0.1 -p %d -U postgres postgres"
              .formatted(cluster.port()));
      screen.say("Look around as long as you like; Ctrl-C stops the cluster.");
      new CountDownLatch(1).await();
    }
    return passed ? 0 : CHECK_FAILED;
  }

  private static void end(DemoCluster cluster, Screen screen) {
    screen.mute();
    cluster.close();
  }
}
