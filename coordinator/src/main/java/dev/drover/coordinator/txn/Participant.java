package dev.drover.coordinator.txn;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import java.util.Optional;

/**
 * One connection that takes part in a transaction.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Participant {
  private static final int ATTEMPTS = 3;

  private final Backend backend;
  private final boolean metadata;
  private boolean wrote;
  private boolean commitsLast;
  private boolean temporary;
  private Optional<String> unlock = Optional.empty();

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

  /**
   * A statement of the transaction has a lock of the session here, which {@code sql} gives back.
   */
  public void holdsUntil(String sql) {
    unlock = Optional.of(sql);
  }

  /** The statement has ended, and the server would do as it is told; returns the connection. */
  public Backend letGo() {
    unlock.ifPresent(sql -> giveBack(sql, ATTEMPTS));
    unlock = Optional.empty();
    return backend;
  }

  /** A cancel request for the statement may come late and meet this. */
  private void giveBack(String sql, int attempts) {
    backend.query(sql, new QuietReply(reply -> gaveBack(sql, attempts, reply)));
    backend.link().flush();
  }

  private void gaveBack(String sql, int attempts, QuietReply reply) {
    if (reply.succeeded() || !backend.link().isOpen()) {
      return;
    }
    if (attempts > 0) {
      giveBack(sql, attempts - 1);
    } else {
      backend.link().close();
    }
  }

  boolean holds() {
    return unlock.isPresent();
  }

  boolean temporary() {
    return temporary;
  }

  boolean commitsLast() {
    return commitsLast;
  }
}
