package dev.drover.tests.generated;

/** How a case ended. */
sealed interface Outcome {
  /** Both servers said the same; {@code errors} of the statements were errors. */
  record Same(int statements, int errors) implements Outcome {}

  /** Drover does not support it. */
  record Refused(String message) implements Outcome {}

  /**
   * They said different things.
   *
   * @param kind stays the same while the case shrinks
   */
  record Differs(String kind, String description) implements Outcome {}
}
