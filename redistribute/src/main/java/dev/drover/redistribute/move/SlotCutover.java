package dev.drover.redistribute.move;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.ClusterChange.Outcome;
import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobLost;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one transaction in which a slot changes its owner.
 *
 * <pre>
 * metadata   is the move still this claim's; are the tables still those that were copied
 * source     locks parents, then leaves: whoever wrote has ended, whoever wants to write waits
 * source     detaches the leaves and puts them aside, uncommitted
 *            a marker travels behind the last change
 * target     attaches its leaves
 * metadata   the new owner; the move is DECIDED
 * </pre>
 *
 * <p>Parents are locked before leaves, as statements lock them. Nobody waits for locks for long,
 * because whoever comes later waits behind. What does not depend on each other is under way at the
 * same time: the source's part while the marker travels, the target's while the metadata is written
 * and the change is announced.
 *
 * <p>Threads: confined to the move's thread.
 */
final class SlotCutover {
  /** The tables differ from those that were copied. */
  static final class Outdated extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The last change was not there in time. */
  static final class TooSlow extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Sends a marker after all changes and waits until it has arrived. */
  interface Drain {
    /** False when it was not there in time. */
    boolean arrived() throws SQLException;
  }

  /**
   * How an attempt is made.
   *
   * @param lockMillis nobody waits for locks for longer than that
   * @param isBold the change is announced as soon as the locks are there: the whole takes less
   *     time, but all coordinators wait for the last changes
   */
  record Attempt(int lockMillis, boolean isBold) {}

  private static final long NANOS_PER_MICRO = 1000;
  private static final String NOTHING = "SELECT";

  private final ClusterChange cluster;
  private final Job job;
  private final Move move;
  private final MovedTables tables;
  private long lockedAt;
  private long stepped;
  private final StringBuilder steps = new StringBuilder();

  SlotCutover(ClusterChange cluster, Job job, Move move, MovedTables tables) {
    this.cluster = cluster;
    this.job = job;
    this.move = move;
    this.tables = tables;
  }

  /** When writers began to wait, in nanoseconds; 0 if none has. */
  long lockedAt() {
    return lockedAt;
  }

  Outcome run(Attempt attempt, Drain drain) throws SQLException {
    Outcome outcome = cluster.run(parts -> change(parts, attempt, drain));
    step("commit");
    return outcome;
  }

  private void change(ClusterChange.Parts parts, Attempt attempt, Drain drain) throws SQLException {
    parts.onlySlotsMove();
    check(parts);
    // The nodes join before anybody waits.
    String timeout = timeouts(attempt.lockMillis());
    parts.onEach(Map.of(move.source(), timeout, move.target(), timeout));
    lockedAt = System.nanoTime();
    stepped = lockedAt;
    ClusterChange.Answer locked = parts.send(move.source(), locks());
    ClusterChange.Answer given = parts.send(move.source(), give());
    locked.rows();
    step("lock");
    // Nothing is written on the source from here on.
    if (attempt.isBold()) {
      parts.announce();
    }
    if (!drain.arrived()) {
      throw new TooSlow();
    }
    step("marker");
    if (!attempt.isBold()) {
      parts.announce();
    }
    ClusterChange.Answer taken = parts.send(move.target(), take());
    ClusterChange.Answer decided = parts.sendMetadata(decision());
    given.rows();
    taken.rows();
    step("take");
    // Whoever has taken the move up meanwhile writes another phase, and then undoes things.
    if (decided.rows().isEmpty()) {
      throw new JobLost("move %s is not this claim's".formatted(move.id()));
    }
    step("decide");
  }

  /** The new owner; answers nothing if the move is not in its cutover any more. */
  private String decision() {
    return """
    UPDATE drover.colocation_groups SET slots[%d] = %d, moves[%1$d] = moves[%1$d] + 1 WHERE id = %d; \
    UPDATE drover.move SET phase = 'DECIDED', message = '' \
    WHERE id = %s AND phase = 'CUTOVER' RETURNING id\
    """
        .formatted(move.slot() + 1, move.target(), move.group(), move.id());
  }

  private void step(String name) {
    long now = System.nanoTime();
    steps.append(' ').append(name).append("_us=").append((now - stepped) / NANOS_PER_MICRO);
    stepped = now;
  }

  /** How long each step of the cutover has taken, for the log. */
  String steps() {
    return steps.toString();
  }

  private void check(ClusterChange.Parts parts) {
    List<List<Optional<String>>> claimed =
        parts.metadata(
            """
            SELECT FROM drover.job j JOIN drover.move m ON m.job = j.id \
            JOIN drover.colocation_groups g ON g.id = m.colocation_group \
            WHERE j.id = %s AND j.claim = %d AND m.id = %s AND m.phase = 'CUTOVER' \
            AND g.slots[m.slot + 1] = m.source\
            """
                .formatted(job.id(), job.claim(), move.id()));
    if (claimed.isEmpty()) {
      throw new JobLost("move %s is not this claim's".formatted(move.id()));
    }
    String now =
        parts.metadata(MovedTables.query(move.group())).stream()
            .map(row -> row.getLast().orElse(""))
            .collect(joining(" "));
    if (!now.equals(tables.fingerprint())) {
      throw new Outdated();
    }
  }

  /** Whoever is in a circle of waiters with it goes on: this transaction notices first. */
  private static String timeouts(int lockMillis) {
    return "SET LOCAL lock_timeout = '%dms'; SET LOCAL deadlock_timeout = '20ms'"
        .formatted(lockMillis);
  }

  /** All tables may have been dropped since the move was planned. */
  private String locks() {
    if (tables.tables().isEmpty()) {
      return NOTHING;
    }
    return "LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE; LOCK TABLE %s IN ACCESS EXCLUSIVE MODE"
        .formatted(
            tables.tables().stream().map(MovedTable::parent).collect(joining(", ONLY ")),
            tables.tables().stream().map(MovedTable::leaf).collect(joining(", ")));
  }

  private String give() {
    List<String> calls = new ArrayList<>();
    for (MovedTable table : tables.tables()) {
      calls.add(
          "drover.give_leaf(%s, %s, %s)"
              .formatted(
                  regclass(table.parent()),
                  regclass(table.leaf()),
                  SqlQuote.literal(move.id().trash())));
    }
    List<String> unlinks = new ArrayList<>();
    for (MovedTable table : tables.tables()) {
      unlinks.add("drover.unlink_leaf(" + regclass(table.inTrash(move.id())) + ")");
    }
    return calls.stream().map(c -> "SELECT " + c + "; ").collect(joining())
        + unlinks.stream().map(c -> "SELECT " + c + "; ").collect(joining())
        + NOTHING;
  }

  private String take() {
    return tables.tables().stream()
        .map(
            table ->
                "SELECT drover.take_leaf(%s, %s, %d, %d)"
                    .formatted(
                        regclass(table.parent()),
                        regclass(table.leaf()),
                        tables.modulus(),
                        move.slot()))
        .collect(joining("; ", "", "; " + NOTHING));
  }

  private static String regclass(String name) {
    return SqlQuote.literal(name) + "::regclass";
  }
}
