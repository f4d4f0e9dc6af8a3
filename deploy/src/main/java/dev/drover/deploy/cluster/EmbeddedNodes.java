package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Servers of datanodes that the supervisor of a running cluster starts and stops. */
public final class EmbeddedNodes {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 100;

  private EmbeddedNodes() {}

  /** A socket's folder, which only members of the cluster can open, and the port in its name. */
  public record Place(String socketDirectory, int port) {}

  /**
   * Returns where a node's server listens when it accepts connections; the server of a node that
   * was added by half is taken as it is.
   */
  public static Place start(ClusterDirectory directory, String name) {
    requireSupervisor(directory);
    ClusterSettings settings =
        directory.change(before -> before.hasNode(name) ? before : before.withNode(name));
    NodePort node = settings.node(name);
    PostgresServer server = directory.server(node, settings.binaries(), Lifetime.INDEPENDENT);
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!accepts(server)) {
      if (System.nanoTime() - end > 0) {
        throw new ClusterException(
            "the server of %s is not ready after %s; see 'drover status'".formatted(name, LIMIT));
      }
      Pause.of(LOOK_MILLIS, "interrupted while a server started");
    }
    return new Place(server.socketDirectory().toString(), node.port());
  }

  /** Does nothing about a node whose server somebody else runs, or that keeps the GTMs' state. */
  public static void stop(ClusterDirectory directory, String name) {
    directory.change(
        before -> {
          boolean keepsState =
              before.hasStandbys()
                  && before.seatNodes().stream().anyMatch(node -> node.name().equals(name));
          return before.hasNode(name) && !keepsState ? before.withoutNode(name) : before;
        });
  }

  private static void requireSupervisor(ClusterDirectory directory) {
    if (ClusterLock.holder(directory).isEmpty()) {
      throw new ClusterException("the cluster in %s does not run".formatted(directory.root()));
    }
    if (RunFile.living(directory, new Member.Coordinator(1).label()).isEmpty()) {
      throw new ClusterException(
          "a cluster in a single JVM takes servers only by --host and --port");
    }
  }

  private static boolean accepts(PostgresServer server) {
    try (Connection connection = server.connect()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }
}
