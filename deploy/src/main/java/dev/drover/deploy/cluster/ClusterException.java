package dev.drover.deploy.cluster;

/**
 * What stands in the way of a cluster, in one line for the person at the terminal.
 *
 * <p>Threads: immutable.
 */
public final class ClusterException extends RuntimeException {
  public ClusterException(String message) {
    super(message);
  }

  public ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
