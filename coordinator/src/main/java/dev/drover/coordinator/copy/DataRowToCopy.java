package dev.drover.coordinator.copy;

import dev.drover.pgwire.MessageType;
import io.netty.buffer.ByteBuf;

/**
 * Turns the DataRow messages of one query into the rows of a COPY stream: binary ones into tuples,
 * text ones into lines.
 *
 * <p>A binary DataRow's body and a binary COPY's tuple are the same bytes.
 *
 * <pre>
 * 'D' length(int32) fields(int16) { length(int32) bytes }...
 * </pre>
 *
 * <p>Threads: confined to one.
 */
public final class DataRowToCopy {
  private static final int HEAD_BYTES = 5;
  private static final byte[] NULL = {'\\', 'N'};

  private final boolean binary;
  private final ExactFloats floats;
  private boolean headerWritten;

  private DataRowToCopy(boolean binary, ExactFloats floats) {
    this.binary = binary;
    this.floats = floats;
  }

  public static DataRowToCopy binary() {
    return new DataRowToCopy(true, ExactFloats.NONE);
  }

  /** Rows in text format but for these columns. */
  public static DataRowToCopy text(ExactFloats floats) {
    return new DataRowToCopy(false, floats);
  }

  /** Reads whole DataRow messages and appends their rows; a stream's first call adds its header. */
  public void convert(ByteBuf dataRows, ByteBuf out) {
    begin(out);
    while (dataRows.isReadable()) {
      byte type = dataRows.readByte();
      int body = dataRows.readInt() - Integer.BYTES;
      if (type != MessageType.Backend.DATA_ROW) {
        throw new IllegalArgumentException("message " + (char) type + " among rows");
      }
      if (binary) {
        out.writeBytes(dataRows, body);
      } else {
        writeLine(dataRows, out);
      }
    }
  }

  /** Ends the stream. */
  public void end(ByteBuf out) {
    begin(out);
    if (binary) {
      byte[] trailer = BinaryHeader.trailerMessage();
      out.writeBytes(trailer, HEAD_BYTES, trailer.length - HEAD_BYTES);
    }
  }

  private void begin(ByteBuf out) {
    if (binary && !headerWritten) {
      byte[] header = BinaryHeader.headerMessage();
      out.writeBytes(header, HEAD_BYTES, header.length - HEAD_BYTES);
    }
    headerWritten = true;
  }

  private void writeLine(ByteBuf row, ByteBuf out) {
    int fields = row.readShort();
    for (int field = 0; field < fields; field++) {
      if (field > 0) {
        out.writeByte('\t');
      }
      int length = row.readInt();
      if (length < 0) {
        out.writeBytes(NULL);
      } else if (floats.isBinary(field)) {
        byte[] value = new byte[length];
        row.readBytes(value);
        out.writeBytes(floats.text(field, value));
      } else {
        writeEscaped(row, length, out);
      }
    }
    out.writeByte('\n');
  }

  private static void writeEscaped(ByteBuf row, int length, ByteBuf out) {
    int end = row.readerIndex() + length;
    while (row.readerIndex() < end) {
      int from = row.readerIndex();
      int rest = end - from;
      int plain = row.forEachByte(from, rest, value -> TextEscapes.letter(value) == 0);
      int run = plain < 0 ? rest : plain - from;
      out.writeBytes(row, run);
      if (plain >= 0) {
        out.writeByte('\\');
        out.writeByte(TextEscapes.letter(row.readByte()));
      }
    }
  }
}
