package dev.drover.deploy.nodes;

import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.planner.ddl.SqlQuote;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A datanode comes to a running cluster or leaves it; a person watches.
 *
 * <p>Threads: confined to one; blocks.
 */
public final class NodeChange implements AutoCloseable {
  private static final String PREFIX = "dn";

  private final ClusterClient client;

  private NodeChange(ClusterClient client) {
    this.client = client;
  }

  public static NodeChange of(ClusterDirectory directory) {
    return new NodeChange(ClusterClient.connect(directory));
  }

  /** The first of dn1, dn2 and so on above all that are there. */
  public String freeName() {
    Set<String> taken =
        client.rows("SELECT name FROM drover.nodes").stream()
            .map(row -> row.getFirst().orElse(""))
            .collect(Collectors.toSet());
    int number = taken.size();
    while (taken.contains(PREFIX + number)) {
      number++;
    }
    return PREFIX + number;
  }

  /** The server becomes a node, unless it is that node already, and takes its share. */
  public void add(String node, String host, int port) {
    boolean isKnown =
        !client
            .rows(
                "SELECT FROM drover.nodes WHERE name = %s AND port = %d"
                    .formatted(SqlQuote.literal(node), port))
            .isEmpty();
    if (!isKnown) {
      IO.println("Bringing roles, types, functions and tables to %s.".formatted(node));
      client.run(
          "CREATE NODE %s WITH (TYPE = 'datanode', HOST = %s, PORT = %d)"
              .formatted(SqlQuote.ident(node), SqlQuote.literal(host), port));
    }
    alter("ADD", node);
    IO.println("Node %s is there.".formatted(node));
  }

  /** What the node has goes to the others; the cluster forgets the node then. */
  public void remove(String node) {
    alter("REMOVE", node);
    client.run("DROP NODE " + SqlQuote.ident(node));
    IO.println("Node %s is gone.".formatted(node));
  }

  private void alter(String action, String node) {
    List<String> messages =
        client.run("ALTER CLUSTER %s NODE %s CONCURRENTLY".formatted(action, SqlQuote.ident(node)));
    int job = Integer.parseInt(messages.getFirst().replaceAll("\\D", ""));
    IO.println("Moving rows; 'drover jobs' shows job %d.".formatted(job));
    Optional<String> message = new JobProgress(client, job).await();
    message.ifPresent(IO::println);
  }

  @Override
  public void close() {
    client.close();
  }
}
