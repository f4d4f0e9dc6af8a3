package dev.drover.coordinator.copy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Rows whose slot is not known until PostgreSQL has read their keys.
 *
 * <p>Threads: confined to one.
 */
final class Parked {
  private static final long MOST_BYTES = 1 << 20;

  private final int mostRows;
  private final List<Entry> entries = new ArrayList<>();
  private long lengthBytes;

  Parked(int mostRows) {
    this.mostRows = mostRows;
  }

  /** One row with all that was added to it, ready to be sent. */
  @SuppressWarnings("ArrayRecordComponent")
  record Entry(byte[] bytes, long line, int inner, int returns, List<Optional<byte[]>> keys) {}

  void add(Entry entry) {
    entries.add(entry);
    lengthBytes += entry.bytes().length;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  boolean isFull() {
    return entries.size() >= mostRows || lengthBytes >= MOST_BYTES;
  }

  List<CopyOutcome.NeedValues.Row> rows() {
    return entries.stream()
        .map(entry -> new CopyOutcome.NeedValues.Row(entry.line(), entry.keys()))
        .toList();
  }

  List<Entry> takeAll() {
    List<Entry> taken = List.copyOf(entries);
    entries.clear();
    lengthBytes = 0;
    return taken;
  }

  static byte[] join(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }
}
