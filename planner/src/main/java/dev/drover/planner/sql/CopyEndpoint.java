package dev.drover.planner.sql;

/** Where COPY reads from or writes to; the span is the word or the literal. */
public record CopyEndpoint(Span span, Kind kind) implements Node {
  /** Which kind of place. */
  public enum Kind {
    STDIN,
    STDOUT,
    FILE,
    PROGRAM
  }
}
