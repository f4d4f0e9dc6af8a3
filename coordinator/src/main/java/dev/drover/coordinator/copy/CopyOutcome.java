package dev.drover.coordinator.copy;

import java.util.List;
import java.util.Optional;

/** What a {@link CopyRouter} waits for. */
public sealed interface CopyOutcome {
  /** The client's next bytes, or its CopyDone. */
  record More() implements CopyOutcome {}

  /** Room at a node: {@link CopyRouter#pump} when one becomes ready or acknowledges a COPY. */
  record Blocked() implements CopyOutcome {}

  /** Values of the columns that the client does not list, for about this many rows. */
  record NeedDefaults(int rows) implements CopyOutcome {}

  /**
   * The binary forms of key values that mean different things under different settings, or that
   * only PostgreSQL can read. The answer is {@link CopyRouter#values}, row by row in this order.
   */
  record NeedValues(List<Row> rows) implements CopyOutcome {
    /**
     * One row.
     *
     * @param line the client's
     * @param keys the key values in key order, unescaped, in the COPY's format (text or binary) and
     *     in UTF-8; empty for NULL
     */
    public record Row(long line, List<Optional<byte[]>> keys) {
      public Row {
        keys = List.copyOf(keys);
      }
    }

    public NeedValues {
      rows = List.copyOf(rows);
    }
  }

  /** Nothing more: every row was handed to the sink and every COPY closed. */
  record Drained() implements CopyOutcome {}
}
