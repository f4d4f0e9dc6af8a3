package dev.drover.coordinator.nodes;

import dev.drover.planner.plan.Combine.SortKey;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Compares DataRow frames by their trailing key columns, which are in binary format.
 *
 * <p>Layout of a frame: 'D', int32 length, int16 columns, per column int32 length and bytes; length
 * -1 is NULL.
 */
final class SortedRow {
  private static final int HEADER = 5;
  private static final int NULL = -1;

  /** Built-in types whose binary form is a signed big-endian integer. */
  private static final List<Integer> SIGNED = List.of(20, 21, 23, 1082, 1083, 1114, 1184);

  private final ByteBuf run;
  private final int start;
  private final int length;
  private final int columns;
  private final int[] keyOffsets;
  private final int[] keyLengths;

  private SortedRow(ByteBuf run, int start, int keys) {
    this.run = run;
    this.start = start;
    this.length = 1 + run.getInt(start + 1);
    this.columns = run.getUnsignedShort(start + HEADER);
    this.keyOffsets = new int[keys];
    this.keyLengths = new int[keys];
    int at = start + HEADER + Short.BYTES;
    for (int column = 0; column < columns; column++) {
      int size = run.getInt(at);
      int key = column - (columns - keys);
      if (key >= 0) {
        keyOffsets[key] = at + Integer.BYTES;
        keyLengths[key] = size;
      }
      at += Integer.BYTES + Math.max(size, 0);
    }
  }

  /** The row whose frame starts at the reader index; the run stays referenced. */
  static SortedRow at(ByteBuf run, int keys) {
    return new SortedRow(run, run.readerIndex(), keys);
  }

  int frameLength() {
    return length;
  }

  /** Appends the row without its key columns. */
  void writeVisible(ByteBuf out) {
    int visible = columns - keyOffsets.length;
    int end = keyOffsets.length == 0 ? start + length : keyOffsets[0] - Integer.BYTES;
    int body = start + HEADER + Short.BYTES;
    out.writeByte(run.getByte(start));
    out.writeInt(Integer.BYTES + Short.BYTES + (end - body));
    out.writeShort(visible);
    out.writeBytes(run, body, end - body);
  }

  int compareTo(SortedRow that, List<SortKey> keys) {
    for (int i = 0; i < keys.size(); i++) {
      int order = compareKey(that, i, keys.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private int compareKey(SortedRow that, int i, SortKey key) {
    boolean thisNull = keyLengths[i] == NULL;
    boolean thatNull = that.keyLengths[i] == NULL;
    if (thisNull || thatNull) {
      int order = Boolean.compare(thatNull, thisNull);
      return key.nullsFirst() ? order : -order;
    }
    int order =
        SIGNED.contains(key.typeOid())
            ? Long.compare(number(i), that.number(i))
            : compareBytes(that, i);
    return key.descending() ? -order : order;
  }

  private long number(int i) {
    long value = run.getByte(keyOffsets[i]);
    for (int b = 1; b < keyLengths[i]; b++) {
      value = value << Byte.SIZE | run.getUnsignedByte(keyOffsets[i] + b);
    }
    return value;
  }

  private int compareBytes(SortedRow that, int i) {
    int common = Math.min(keyLengths[i], that.keyLengths[i]);
    for (int b = 0; b < common; b++) {
      int order =
          Integer.compare(
              run.getUnsignedByte(keyOffsets[i] + b),
              that.run.getUnsignedByte(that.keyOffsets[i] + b));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(keyLengths[i], that.keyLengths[i]);
  }
}
