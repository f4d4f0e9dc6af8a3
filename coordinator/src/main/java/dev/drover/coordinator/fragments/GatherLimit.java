package dev.drover.coordinator.fragments;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.metrics.LoopCounts;
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
  private final LoopCounts counts;
  private long left;

  private GatherLimit(MemorySize whole, LoopCounts counts) {
    this.whole = requireNonNull(whole);
    this.counts = requireNonNull(counts);
    this.left = whole.bytes();
  }

  public static GatherLimit of(Call call) {
    return new GatherLimit(
        call.scopes().transactionDefaults().gatherLimit(), call.services().counts());
  }

  /** Raises 53200 when the statement has moved more than it may. */
  public void take(int moved, String relation) {
    counts.exchanged(moved);
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
