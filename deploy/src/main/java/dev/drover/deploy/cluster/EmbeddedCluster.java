package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.ServerSettings;
import dev.drover.agent.postgres.StopMode;
import dev.drover.deploy.cluster.ClusterSettings.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A cluster for tests and trials: on free ports, in a directory that goes when this is closed.
 *
 * <p>Threads: closed by one thread; the rest is thread-safe.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final Running running;

  /** Where the members live. */
  private sealed interface Running {
    record Inside(LocalCluster cluster) implements Running {}

    record Processes(Supervisor supervisor) implements Running {}
  }

  private EmbeddedCluster(ClusterDirectory directory, ClusterSettings settings, Running running) {
    this.directory = directory;
    this.settings = settings;
    this.running = running;
  }

  /** Everything but the PostgreSQL servers inside this process. */
  public static EmbeddedCluster inside(int datanodes, int coordinators) {
    return inside(create(datanodes, coordinators, Optional.empty()));
  }

  /** The same, with its metrics shown on a port. */
  public static EmbeddedCluster insideWithMetrics(int datanodes, int metricsPort) {
    return inside(create(datanodes, 1, Optional.of(metricsPort)));
  }

  private static EmbeddedCluster inside(ClusterDirectory directory) {
    try {
      Running running = new Running.Inside(LocalCluster.start(directory));
      return new EmbeddedCluster(directory, directory.settings(), running);
    } catch (RuntimeException e) {
      delete(directory);
      throw e;
    }
  }

  /** Every member a process of its own, which can be killed. */
  public static EmbeddedCluster ofProcesses(int datanodes, int coordinators) {
    ClusterDirectory directory = create(datanodes, coordinators, Optional.empty());
    try {
      Running running = new Running.Processes(Supervisor.start(directory));
      return new EmbeddedCluster(directory, directory.settings(), running);
    } catch (RuntimeException e) {
      delete(directory);
      throw e;
    }
  }

  public ClusterDirectory directory() {
    return directory;
  }

  public ClusterSettings settings() {
    return settings;
  }

  /** Kills a node's PostgreSQL server as a crash would; its agent starts it again. */
  public void killServer(String node) {
    directory
        .server(settings.node(node), settings.binaries(), Lifetime.INDEPENDENT)
        .stop(StopMode.KILL);
  }

  /** Kills a member's process; only where members are processes. It is started again. */
  public void kill(Member member) {
    processes().kill(member);
  }

  /** Returns when a member that was killed works again. */
  public void awaitReady(Member member) {
    processes().awaitReady(member);
  }

  @Override
  public void close() {
    switch (running) {
      case Running.Inside(LocalCluster cluster) -> cluster.close();
      case Running.Processes(Supervisor supervisor) -> supervisor.close();
    }
    delete(directory);
  }

  private Supervisor processes() {
    return switch (running) {
      case Running.Inside _ ->
          throw new IllegalStateException("the members are not processes of their own");
      case Running.Processes(Supervisor supervisor) -> supervisor;
    };
  }

  private static ClusterDirectory create(
      int datanodes, int coordinators, Optional<Integer> metricsPort) {
    String postgres = PostgresBinaries.configured().binDirectory().toString();
    Access access = new Access(postgres, Auth.TRUST, Listen.LOCAL, metricsPort);
    List<Integer> ports = FreePorts.different(coordinators + datanodes + 2);
    ClusterSettings settings =
        ClusterPlan.settings(
            ports.subList(0, coordinators),
            ports.subList(coordinators, ports.size()),
            access,
            ServerSettings.forTests());
    try {
      Path parent = Files.createTempDirectory("drover-cluster");
      Files.delete(parent);
      ClusterDirectory directory = new ClusterDirectory(parent);
      directory.create(settings);
      return directory;
    } catch (IOException e) {
      throw new ClusterException("no temporary directory: " + e.getMessage(), e);
    }
  }

  private static void delete(ClusterDirectory directory) {
    try {
      Directories.delete(directory.root());
    } catch (IOException e) {
      throw new ClusterException(
          "cannot delete %s: %s".formatted(directory.root(), e.getMessage()), e);
    }
  }
}
