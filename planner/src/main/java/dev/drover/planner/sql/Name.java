package dev.drover.planner.sql;

import static java.util.Objects.requireNonNull;

/** One identifier: its text folded, unescaped and cut to 63 bytes as PostgreSQL does. */
public record Name(Span span, String text, boolean quoted) {
  public Name {
    requireNonNull(span);
    requireNonNull(text);
  }
}
