package dev.drover.gtm.protocol;

import java.util.List;

/**
 * A transaction that a coordinator reports because one of its statements is overdue.
 *
 * @param transaction the coordinator's own number of it, never used twice within one epoch (its
 *     GXID if it has one, else any number that cannot collide with a GXID of that coordinator)
 * @param startOrder when it began; of a cycle the largest dies. Microseconds of wall time make the
 *     numbers of several coordinators comparable; ties are broken by coordinator and number
 * @param held every backend the transaction has, waiting ones included or not
 * @param waiting the backends that owe it an answer for longer than the reporting threshold
 */
public record ReportedTransaction(
    long transaction, long startOrder, List<Backend> held, List<Backend> waiting) {
  public ReportedTransaction {
    held = List.copyOf(held);
    waiting = List.copyOf(waiting);
  }

  /** Whether this backend works for the transaction. */
  public boolean owns(Backend backend) {
    return held.contains(backend) || waiting.contains(backend);
  }
}
