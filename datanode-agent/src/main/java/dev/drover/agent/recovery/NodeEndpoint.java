package dev.drover.agent.recovery;

/** How the superuser {@code drover} reaches a node's server. */
public record NodeEndpoint(int node, String jdbcUrl) {
  /** The catalog node's id. */
  public static final int CATALOG = 0;

  private static final String DATABASE = "postgres";

  public static NodeEndpoint of(int node, String host, int port) {
    return new NodeEndpoint(node, "jdbc:postgresql://%s:%d/%s".formatted(host, port, DATABASE));
  }
}
