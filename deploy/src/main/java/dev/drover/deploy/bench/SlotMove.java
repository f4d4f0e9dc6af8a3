package dev.drover.deploy.bench;

import dev.drover.deploy.bench.MoveTables.Leaf;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves of slots, and what Drover has to say of them.
 *
 * <p>Threads: confined to one.
 */
record SlotMove(Client client, MoveTables tables) {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** What {@code drover.moves} says of a move that is over. */
  record Moved(double blockedMillis, int attempts) {}

  /** Returns when it is done. */
  Moved run(Leaf leaf, String target) throws SQLException {
    long job = start(leaf, target);
    client.execute("SELECT drover.wait_for(%d)".formatted(job));
    try (Statement statement = client.connection().createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT write_blocked_ms, attempts FROM drover.moves WHERE job = " + job)) {
      row.next();
      return new Moved(row.getDouble(1), row.getInt(2));
    }
  }

  /**
   * Returns when it is done: microseconds from the beginning of the copy until all indexes are
   * there, seen from outside.
   */
  long copyMicros(Leaf leaf, String target) throws SQLException {
    long job = start(leaf, target);
    long began = awaitEnd(job, "'planned', 'slot'");
    long ended = awaitEnd(job, "'planned', 'slot', 'copy', 'index'");
    client.execute("SELECT drover.wait_for(%d)".formatted(job));
    return TimeUnit.NANOSECONDS.toMicros(ended - began);
  }

  /** The time at which the move was in none of these phases any more. */
  private long awaitEnd(long job, String phases) throws SQLException {
    String left =
        "SELECT count(*) FROM drover.moves WHERE job = %d AND phase NOT IN (%s)"
            .formatted(job, phases);
    while (client.number(left) == 0) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return System.nanoTime();
  }

  private long start(Leaf leaf, String target) throws SQLException {
    String group =
        "(SELECT colocation_group FROM drover.distributions WHERE relid = '%s'::regclass)"
            .formatted(leaf.table());
    return client.number(
        "SELECT drover.move_slot(%s, %d, '%s')".formatted(group, leaf.slot(), target));
  }
}
