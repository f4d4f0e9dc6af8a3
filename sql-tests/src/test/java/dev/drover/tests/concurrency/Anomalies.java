package dev.drover.tests.concurrency;

/**
 * What readers of a {@link Vault} have seen.
 *
 * @param reads how many reads there were
 * @param fractured the sum of the accounts was not what it always is
 * @param causal a step was seen raised, and a step below it was not
 * @param stale what had been acknowledged before the reader asked was not seen
 * @param backward what another read had seen before the reader asked was not seen
 */
record Anomalies(long reads, long fractured, long causal, long stale, long backward) {
  static final Anomalies NONE = new Anomalies(0, 0, 0, 0, 0);

  Anomalies plus(Anomalies other) {
    return new Anomalies(
        reads + other.reads,
        fractured + other.fractured,
        causal + other.causal,
        stale + other.stale,
        backward + other.backward);
  }

  long count() {
    return fractured + causal + stale + backward;
  }
}
