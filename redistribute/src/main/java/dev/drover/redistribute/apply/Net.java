package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many of each row come to a node, or go from it, when many changes are taken together. A table
 * is a multiset of rows, so the order of the changes does not matter.
 *
 * <p>Threads: confined to one.
 */
final class Net {
  /** Lists, strings and the map's entry, roughly. */
  private static final int BYTES_OF_VALUE = 64;

  private final Map<List<Optional<String>>, Integer> counts = new LinkedHashMap<>();
  private long byteCount;

  /** Rows that come or go, how many of each. */
  record Rows(List<Optional<String>> row, int count) {
    Rows {
      requireNonNull(row);
    }
  }

  void comes(List<Optional<String>> row) {
    add(row, 1);
  }

  void goes(List<Optional<String>> row) {
    add(row, -1);
  }

  private void add(List<Optional<String>> row, int change) {
    int count = counts.getOrDefault(row, 0);
    if (count == 0) {
      byteCount += sizeOf(row);
    }
    if (count + change == 0) {
      byteCount -= sizeOf(row);
      counts.remove(row);
    } else {
      counts.put(row, count + change);
    }
  }

  List<Rows> leaving() {
    return counts.entrySet().stream()
        .filter(e -> e.getValue() < 0)
        .map(e -> new Rows(e.getKey(), -e.getValue()))
        .toList();
  }

  List<Rows> coming() {
    return counts.entrySet().stream()
        .filter(e -> e.getValue() > 0)
        .map(e -> new Rows(e.getKey(), e.getValue()))
        .toList();
  }

  long byteCount() {
    return byteCount;
  }

  void clear() {
    counts.clear();
    byteCount = 0;
  }

  private static long sizeOf(List<Optional<String>> row) {
    return row.stream().mapToLong(v -> BYTES_OF_VALUE + v.map(String::length).orElse(0)).sum();
  }
}
