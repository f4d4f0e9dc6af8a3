package dev.drover.agent.postgres;

/**
 * A PostgreSQL server or one of its programs did not do what was asked.
 *
 * <p>The message is one sentence for the person who runs the cluster.
 *
 * <p>Threads: immutable.
 */
public final class ServerFailedException extends RuntimeException {
  public ServerFailedException(String message) {
    super(message);
  }

  public ServerFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
