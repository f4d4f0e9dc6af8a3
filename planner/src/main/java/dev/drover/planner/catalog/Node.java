package dev.drover.planner.catalog;

import static java.util.Objects.requireNonNull;

/**
 * A PostgreSQL server of the cluster.
 *
 * @param id small positive number, never reused; {@link #CATALOG_ID} is the catalog node
 * @param name as in {@code CREATE NODE}
 * @param socketDirectory folder of the server's Unix socket, or empty when it is reached by TCP
 * @param primary the node on which writes to replicated tables run first
 * @param preferred reads of replicated tables go here when the transaction has no node yet
 * @param takesTables whether tables that name no nodes come to this one
 */
public record Node(
    int id,
    String name,
    String host,
    int port,
    String socketDirectory,
    boolean primary,
    boolean preferred,
    boolean takesTables) {
  public static final int CATALOG_ID = 0;

  public Node {
    requireNonNull(name);
    requireNonNull(host);
    requireNonNull(socketDirectory);
  }
}
