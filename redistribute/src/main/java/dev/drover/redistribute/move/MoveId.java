package dev.drover.redistribute.move;

import dev.drover.redistribute.job.JobId;

/**
 * The number of a move; never used again, so that names made of it meet no other's objects. Copies
 * of whole tables, which a job makes one after another, have the job's number below 0.
 */
public record MoveId(int number) {
  static MoveId ofTables(JobId job) {
    return new MoveId(-job.number());
  }

  /** Of the publication and the replication slot on the source, the subscription on the target. */
  String objectName() {
    return (number < 0 ? "drover_r" : "drover_m") + Math.abs(number);
  }

  /** Of the publication and the replication slot of leaves that {@link LeafChanges} brings over. */
  String rowsName() {
    return objectName() + "_rows";
  }

  /** Of the schema on the source where leaves wait that it has given away. */
  String trash() {
    return "drover$trash" + number;
  }

  /** Of the connections that work for it. */
  String application() {
    return "drover move " + number;
  }

  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
