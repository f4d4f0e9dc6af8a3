package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Lets a certified transaction's parts commit in its turn: on no node does the commit of one such
 * transaction begin before that of another has ended. So all nodes show any two of them in the same
 * order, and it is that of their decisions.
 *
 * <p>The turn is a lock of the part itself. It passes into the prepared part and lasts until that
 * ends, whoever ends it. The nodes are asked one after another in the order of their ids, so nobody
 * waits in a circle for turns alone; deferred constraints, which may wait for others, are checked
 * before. What still stands after {@value #PATIENCE} is given up.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CommitTurns {
  private static final String PATIENCE = "10s";

  /** Keys of two numbers are another space than those of one; the first spells DROV. */
  private static final String TAKE =
      "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL lock_timeout = '"
          + PATIENCE
          + "'; SELECT pg_catalog.pg_advisory_xact_lock(1146244950, 1)";

  private final List<Participant> voters;
  private final Completion done;

  private CommitTurns(List<Participant> voters, Completion done) {
    this.voters = voters;
    this.done = done;
  }

  static void take(List<Participant> voters, Completion done) {
    List<Participant> inOrder =
        voters.stream().sorted(Comparator.comparingInt(Participant::node)).toList();
    new CommitTurns(inOrder, done).takeFrom(0);
  }

  private void takeFrom(int index) {
    if (index == voters.size()) {
      done.complete(Optional.empty());
      return;
    }
    Participant voter = voters.get(index);
    voter.backend().query(TAKE, new QuietReply(reply -> taken(index, reply)));
    voter.backend().link().flush();
  }

  private void taken(int index, QuietReply reply) {
    if (reply.succeeded()) {
      takeFrom(index + 1);
    } else {
      done.complete(reply.failure().map(CommitTurns::shown));
    }
  }

  private static ErrorFields shown(ErrorFields error) {
    return error.sqlState().equals(SqlState.LOCK_NOT_AVAILABLE.code())
        ? ErrorFields.of(
            SqlError.of(
                    SqlState.SERIALIZATION_FAILURE,
                    "other serializable transactions did not end their commits in time")
                .withHint("Run the transaction again."),
            Severity.ERROR)
        : error;
  }
}
