package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a splitter must know of the rows.
 *
 * @param columns names of the columns that the stream holds, in its order
 * @param keyPositions positions (from 0) in {@code columns} of the fields to find
 * @param csvEndMarker {@code \.} alone on a line ends CSV too, as in servers before 18
 */
public record RowShape(
    CopyOptions options,
    List<String> columns,
    List<Integer> keyPositions,
    boolean csvEndMarker,
    int maxRowBytes) {
  public RowShape {
    requireNonNull(options);
    columns = List.copyOf(columns);
    keyPositions = List.copyOf(keyPositions);
    for (int position : keyPositions) {
      if (position < 0 || position >= columns.size()) {
        throw new IllegalArgumentException("key position " + position);
      }
    }
    if (maxRowBytes <= 0 || maxRowBytes > RowSplitter.MAX_ROW_BYTES) {
      throw new IllegalArgumentException("maximum row of " + maxRowBytes + " bytes");
    }
  }

  /** Position of the last field that is looked for; -1 for none. */
  int lastKey() {
    return keyPositions.stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** For each position up to the last key: its index among the keys, or -1. */
  int[] keyOfPosition() {
    int[] keys = new int[lastKey() + 1];
    for (int position = 0; position < keys.length; position++) {
      keys[position] = keyPositions.indexOf(position);
    }
    return keys;
  }
}
