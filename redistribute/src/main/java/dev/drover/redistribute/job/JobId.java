package dev.drover.redistribute.job;

/** The number of a job; never used again. */
public record JobId(int number) {
  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
