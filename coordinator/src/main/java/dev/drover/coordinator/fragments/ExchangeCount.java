package dev.drover.coordinator.fragments;

import static java.util.Objects.requireNonNull;

/**
 * What one node has sent into one exchange.
 *
 * @param nanos from the producer's start to its end
 */
public record ExchangeCount(String relation, int node, long rows, long bytes, long nanos) {
  public ExchangeCount {
    requireNonNull(relation);
  }
}
