package dev.drover.agent.recovery;

/** How the superuser {@code drover} reaches a node's server. */
public record NodeEndpoint(int node, String jdbcUrl) {
  /** The catalog node's id. */
  public static final int CATALOG = 0;
}
