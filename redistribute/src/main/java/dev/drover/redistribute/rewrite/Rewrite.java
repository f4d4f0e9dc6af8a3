package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.job.JobId;
import java.util.List;
import java.util.Optional;

/**
 * What a job makes of a table, as it was written down with the job.
 *
 * @param relation OID of the table on the catalog node
 * @param kind of the new distribution, as in {@code drover.distributions}
 * @param nodes that will have rows, ascending
 * @param columns quoted, those that a row is made of
 * @param key of a table with leaves, in key order
 */
record Rewrite(
    JobId job,
    String relation,
    char kind,
    List<Integer> nodes,
    String leafName,
    List<String> columns,
    List<Key> key,
    Optional<Integer> group) {
  Rewrite {
    requireNonNull(job);
    requireNonNull(relation);
    nodes = List.copyOf(nodes);
    requireNonNull(leafName);
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    requireNonNull(group);
  }

  /**
   * A column of the key.
   *
   * @param position among the columns, from 0
   * @param typeOid of the base type
   * @param cast the type as a cast has it
   */
  record Key(int position, int typeOid, String cast) {
    Key {
      requireNonNull(cast);
    }
  }

  boolean hasLeaves() {
    return kind == 'H' || kind == 'M';
  }

  /** Of publications and replication slots. */
  String objectName() {
    return objectName(job.toString());
  }

  static String objectName(String job) {
    return "drover_j" + job;
  }

  /** Where the new table is until it takes the old one's place. */
  String schema() {
    return schema(job.toString());
  }

  static String schema(String job) {
    return "drover$j" + job;
  }

  /** Where the old table is for a moment. */
  String away() {
    return schema() + "_old";
  }

  /** Of the connections that work for it. */
  String application() {
    return "drover rewrite " + job;
  }
}
