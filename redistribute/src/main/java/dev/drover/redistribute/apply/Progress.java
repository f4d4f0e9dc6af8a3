package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;

/**
 * Where it is written down how far a table has got: one row for each source, in a table of the
 * table's own server.
 *
 * @param table its columns are those of the key, then the source's id, commit_lsn and change
 * @param key values of the first columns
 * @param condition the same as a condition
 */
public record Progress(String table, String key, String condition) {
  public Progress {
    requireNonNull(table);
    requireNonNull(key);
    requireNonNull(condition);
  }

  /** Of a table that a job fills anew. */
  public static Progress ofJob(String job) {
    return new Progress("drover.rewrite_progress", job, "job = " + job);
  }

  /** Of the leaf that a move brings of a table. */
  public static Progress ofMove(String move, int distribution) {
    return new Progress(
        "drover.move_progress",
        "%s, %d".formatted(move, distribution),
        "move = %s AND distribution = %d".formatted(move, distribution));
  }
}
