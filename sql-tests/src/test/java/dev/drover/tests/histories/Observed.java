package dev.drover.tests.histories;

import java.util.List;

/**
 * One transaction as its client saw it.
 *
 * @param number unique in its history
 * @param began before BEGIN was sent; a reading of the clock, in nanoseconds
 * @param ended after its end was acknowledged, in nanoseconds
 */
record Observed(int number, List<Step> steps, Outcome outcome, long began, long ended) {
  /** What became of it. */
  enum Outcome {
    COMMITTED,
    ABORTED,
    /** The answer to COMMIT did not arrive. */
    UNKNOWN
  }

  /** What it did. */
  sealed interface Step {
    int key();

    /** Put a value that is unique in the history at the list's end. */
    record Append(int key, int value) implements Step {}

    /** Saw the whole list; one that is not there is empty. */
    record Read(int key, List<Integer> values) implements Step {
      public Read {
        values = List.copyOf(values);
      }
    }
  }

  Observed {
    steps = List.copyOf(steps);
  }

  @Override
  public String toString() {
    return "T" + number + steps;
  }
}
