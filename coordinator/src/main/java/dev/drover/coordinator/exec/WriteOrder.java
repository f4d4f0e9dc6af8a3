package dev.drover.coordinator.exec;

/**
 * Whether a statement that writes on several nodes goes to all of them at once, or to the first one
 * before the others.
 *
 * <p>At once is faster, but two such statements that want the same rows may each get them on one
 * node and then wait for the other's. Whoever goes to the first node before the others waits there,
 * with nothing that anybody else could want. So after a deadlock a number of statements do that;
 * each further deadlock begins the number anew.
 *
 * <p>Threads: confined to one event loop.
 */
public final class WriteOrder {
  static final int REMEMBERED_STATEMENTS = 1000;

  private int inOrder;

  /** A statement that wrote on several nodes was ended by a deadlock. */
  public void deadlockMet() {
    inOrder = REMEMBERED_STATEMENTS;
  }

  /** Asked once by each statement. */
  public boolean firstNodeFirst() {
    if (inOrder == 0) {
      return false;
    }
    inOrder--;
    return true;
  }
}
