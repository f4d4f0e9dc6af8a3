package dev.drover.coordinator.txn;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;

/**
 * One connection that takes part in a transaction.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Participant {
  private final Backend backend;
  private final boolean metadata;
  private boolean wrote;
  private boolean commitsLast;
  private boolean temporary;

  Participant(Backend backend, boolean metadata) {
    this.backend = requireNonNull(backend);
    this.metadata = metadata;
  }

  public Backend backend() {
    return backend;
  }

  public int node() {
    return backend.node();
  }

  /** Drover's own connection to the catalog node, for metadata. */
  public boolean isMetadata() {
    return metadata;
  }

  public boolean wrote() {
    return wrote;
  }

  /** A statement that may write was sent here. */
  public void markWrote() {
    wrote = true;
  }

  /** A replicated table was written here, and this node is its primary. */
  public void markCommitsLast() {
    commitsLast = true;
  }

  /**
   * It may have touched temporary tables, or has used LISTEN or NOTIFY: PostgreSQL does not prepare
   * such a transaction.
   */
  public void markTemporary() {
    temporary = true;
  }

  boolean temporary() {
    return temporary;
  }

  boolean commitsLast() {
    return commitsLast;
  }
}
