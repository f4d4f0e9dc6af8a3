package dev.drover.planner.context;

import static java.util.Objects.requireNonNull;

/**
 * A literal whose value decided the plan: the plan serves another statement of the shape only if
 * the literal with this ordinal is written the same.
 */
public record LiteralRead(int ordinal, String text) {
  public LiteralRead {
    requireNonNull(text);
  }
}
