package dev.drover.gtm.core;

/**
 * A transaction, cluster-wide.
 *
 * @param startOrder when it began; the youngest of a cycle dies
 */
record TransactionKey(int coordinatorId, long epoch, long number, long startOrder)
    implements Comparable<TransactionKey> {

  /** From the oldest to the youngest; the order is total. */
  @Override
  public int compareTo(TransactionKey other) {
    if (startOrder != other.startOrder) {
      return Long.compare(startOrder, other.startOrder);
    }
    if (epoch != other.epoch) {
      return Long.compare(epoch, other.epoch);
    }
    if (coordinatorId != other.coordinatorId) {
      return Integer.compare(coordinatorId, other.coordinatorId);
    }
    return Long.compare(number, other.number);
  }
}
