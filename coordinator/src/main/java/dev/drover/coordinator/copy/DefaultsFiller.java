package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Values of columns that the client does not list and that no server may evaluate by itself:
 * sequences, identity, volatile defaults.
 *
 * <p>They are put <em>before</em> the client's fields, and their columns before the client's in the
 * column list: so a row with too few or too many fields stays one, for the server to refuse.
 *
 * <p>Threads: confined to one.
 */
public final class DefaultsFiller {
  private static final int FIRST_ROWS = 32;
  private static final int GROWTH = 4;
  private static final int MOST_ROWS = 8192;

  private final CopyOptions options;
  private final int columns;
  private final byte[] nullText;
  private final byte[] defaultText;
  private final Deque<Filled> rows = new ArrayDeque<>();
  private int wantedRows = FIRST_ROWS;

  private DefaultsFiller(CopyOptions options, int columns) {
    this.options = options;
    this.columns = columns;
    this.nullText = CopyOptions.utf8(options.nullText());
    this.defaultText = CopyOptions.utf8(options.defaultText().orElse(""));
  }

  /** For {@code columns} columns; none when 0. */
  public static DefaultsFiller of(CopyOptions options, int columns) {
    return new DefaultsFiller(options, columns);
  }

  /** The values of one row: as they are, and as they stand before the client's fields. */
  @SuppressWarnings("ArrayRecordComponent")
  record Filled(List<Optional<byte[]>> values, byte[] prefix) {}

  int columns() {
    return columns;
  }

  boolean isStarved() {
    return columns > 0 && rows.isEmpty();
  }

  /** How many rows to ask for: few at first, so that a small COPY wastes few sequence values. */
  int wantedRows() {
    return wantedRows;
  }

  /**
   * Adds the values of further rows.
   *
   * @param values per row one value per column, in the type's text or (for a binary COPY) binary
   *     format; empty for NULL
   */
  void add(List<List<Optional<byte[]>>> values) {
    wantedRows = Math.min(wantedRows * GROWTH, MOST_ROWS);
    for (List<Optional<byte[]>> row : values) {
      if (row.size() != columns) {
        throw new IllegalArgumentException(row.size() + " values for " + columns + " columns");
      }
      rows.add(new Filled(List.copyOf(row), encode(row)));
    }
  }

  Filled next() {
    return rows.remove();
  }

  private byte[] encode(List<Optional<byte[]>> row) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Optional<byte[]> value : row) {
      switch (options.format()) {
        case TEXT -> text(out, value);
        case CSV -> csv(out, value);
        case BINARY -> binary(out, value);
      }
    }
    return out.toByteArray();
  }

  private void text(ByteArrayOutputStream out, Optional<byte[]> value) {
    out.writeBytes(value.map(this::escape).orElse(nullText));
    out.write(options.delimiter());
  }

  /** A value that reads like the mark of NULL or DEFAULT begins with an octal escape instead. */
  private byte[] escape(byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TextEscapes.write(out, value, options.delimiter());
    byte[] escaped = out.toByteArray();
    boolean mark =
        Arrays.equals(escaped, nullText)
            || (options.defaultText().isPresent() && Arrays.equals(escaped, defaultText));
    if (!mark) {
      return escaped;
    }
    if (value.length == 0) {
      throw SqlError.notSupported("COPY with an empty NULL or DEFAULT mark and an empty default");
    }
    out.reset();
    out.writeBytes(TextEscapes.octal(value[0]));
    TextEscapes.write(out, Arrays.copyOfRange(value, 1, value.length), options.delimiter());
    return out.toByteArray();
  }

  private void csv(ByteArrayOutputStream out, Optional<byte[]> value) {
    if (value.isEmpty()) {
      out.writeBytes(nullText);
    } else {
      out.write(options.quote());
      for (byte each : value.get()) {
        if (each == options.quote() || each == options.escape()) {
          out.write(options.escape());
        }
        out.write(each);
      }
      out.write(options.quote());
    }
    out.write(options.delimiter());
  }

  private static void binary(ByteArrayOutputStream out, Optional<byte[]> value) {
    int length = value.map(v -> v.length).orElse(-1);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    value.ifPresent(out::writeBytes);
  }
}
