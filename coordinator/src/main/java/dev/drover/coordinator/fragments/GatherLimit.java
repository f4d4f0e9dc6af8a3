package dev.drover.coordinator.fragments;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.MemorySize;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;

/**
 * How much a statement may still move between nodes.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class GatherLimit {
  private final MemorySize whole;
  private long left;

  public GatherLimit(MemorySize whole) {
    this.whole = requireNonNull(whole);
    this.left = whole.bytes();
  }

  /** Raises 53200 when the statement has moved more than it may. */
  public void take(int moved, String relation) {
    left -= moved;
    if (left < 0) {
      throw SqlError.of(
              SqlState.OUT_OF_MEMORY,
              "the rows of \"%s\" exceed what a statement may move between nodes"
                  .formatted(relation))
          .withDetail("drover.gather_limit is " + whole + ".")
          .withHint("Read fewer rows or columns, or raise drover.gather_limit.");
    }
  }
}
