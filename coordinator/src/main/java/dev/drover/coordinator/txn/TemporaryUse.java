package dev.drover.coordinator.txn;

/**
 * Whether a transaction may have touched temporary tables: PostgreSQL does not prepare such a
 * transaction.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TemporaryUse {
  private boolean inDoubt;
  private boolean some;

  /** A statement may have made or dropped temporary tables of the session. */
  public void note() {
    inDoubt = true;
  }

  public boolean inDoubt() {
    return inDoubt;
  }

  /** The session has looked at what temporary tables it has. */
  public void known(boolean hasSome) {
    inDoubt = false;
    some = hasSome;
  }

  boolean mayBe() {
    return inDoubt || some;
  }
}
