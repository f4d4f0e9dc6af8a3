package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import java.util.List;

/**
 * What an error does to the servers that have not seen it: the work since the last savepoint, or
 * all of it, is undone at once, and its locks go. PostgreSQL does not wait for the client's
 * ROLLBACK either, for which others might wait in vain.
 */
final class Aftermath {
  private static final char IN_TRANSACTION = 'T';

  private Aftermath() {}

  /**
   * Whoever still answers is left alone until the statement's end is reported too. The transactions
   * stay open, so the client's ROLLBACK finds them as it expects them.
   */
  static void of(List<Participant> participants, Replay replay) {
    String undo = replay.lastSavepoint().map(s -> "ROLLBACK TO " + s).orElse("ROLLBACK AND CHAIN");
    for (Participant participant : participants) {
      if (participant.backend().link().pending() == 0
          && participant.backend().link().status() == IN_TRANSACTION) {
        participant.backend().query(undo, new QuietReply());
        participant.backend().link().flush();
      }
    }
  }
}
