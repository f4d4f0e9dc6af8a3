package dev.drover.coordinator.exec;

import dev.drover.pgwire.FrontendEncoder;
import io.netty.buffer.ByteBuf;

/**
 * DataRow frames in text format as CopyData frames in COPY's text format.
 *
 * <p>Source: PostgreSQL 18 manual, COPY, "Text Format", and 53.7 "Message Formats".
 */
final class CopyText {
  private static final int NULL = -1;
  private static final int FRAME_HEADER = 5;

  private CopyText() {}

  /** Appends one CopyData frame per row of the run, and releases the run. */
  static int append(ByteBuf run, ByteBuf out) {
    int rows = 0;
    try {
      while (run.isReadable()) {
        row(run, out);
        rows++;
      }
    } finally {
      run.release();
    }
    return rows;
  }

  private static void row(ByteBuf run, ByteBuf out) {
    int end = run.readerIndex() + 1 + run.getInt(run.readerIndex() + 1);
    run.skipBytes(FRAME_HEADER);
    int lengthAt = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    int columns = run.readUnsignedShort();
    for (int i = 0; i < columns; i++) {
      if (i > 0) {
        out.writeByte('\t');
      }
      value(run, out);
    }
    out.writeByte('\n');
    out.setInt(lengthAt, out.writerIndex() - lengthAt);
    run.readerIndex(end);
  }

  private static void value(ByteBuf run, ByteBuf out) {
    int length = run.readInt();
    if (length == NULL) {
      out.writeByte('\\').writeByte('N');
      return;
    }
    int end = run.readerIndex() + length;
    while (run.readerIndex() < end) {
      byte b = run.readByte();
      switch (b) {
        case '\\' -> out.writeByte('\\').writeByte('\\');
        case '\t' -> out.writeByte('\\').writeByte('t');
        case '\n' -> out.writeByte('\\').writeByte('n');
        case '\r' -> out.writeByte('\\').writeByte('r');
        default -> out.writeByte(b);
      }
    }
  }
}
