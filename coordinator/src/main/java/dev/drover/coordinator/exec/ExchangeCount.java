package dev.drover.coordinator.exec;

import static java.util.Objects.requireNonNull;

/**
 * What one node has sent into one exchange.
 *
 * @param nanos from the producer's start to its end
 */
record ExchangeCount(String relation, int node, long rows, long bytes, long nanos) {
  ExchangeCount {
    requireNonNull(relation);
  }
}
