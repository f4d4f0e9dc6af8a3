package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.agent.postgres.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The data directories of the nodes: one initdb for all that are new, then copies. */
final class NodeStorage {
  private NodeStorage() {}

  /** Creates what is missing; a copy that is not durable yet is forced to disk. */
  static void create(
      ClusterDirectory directory, ClusterSettings settings, List<PostgresServer> servers) {
    List<PostgresServer> missing = servers.stream().filter(server -> !server.isCreated()).toList();
    if (missing.isEmpty()) {
      return;
    }
    boolean isDurable = !"off".equals(settings.serverSettings().get("fsync"));
    try {
      Path scratch = Files.createTempDirectory(directory.nodesDirectory(), "template");
      try {
        Secret secret = directory.secret();
        PostgresTemplate template = PostgresTemplate.create(settings.binaries(), scratch, secret);
        missing.parallelStream()
            .forEach(
                server -> {
                  server.create(template);
                  if (isDurable) {
                    server.syncToDisk();
                  }
                });
      } finally {
        Directories.delete(scratch);
      }
    } catch (IOException e) {
      throw new ClusterException("cannot create the nodes: " + e.getMessage(), e);
    }
  }
}
