package dev.drover.coordinator.copy;

import io.netty.buffer.ByteBuf;

/**
 * Cuts the payload of a client's CopyData messages into rows and finds their key fields.
 *
 * <p>Chunks may end anywhere, even within an escape. Only row ends and the fields up to the last
 * key column are looked for; all else is left to the servers to judge.
 *
 * <p>Threads: confined to one.
 *
 * <p>Source: PostgreSQL 18 {@code copyfromparse.c}.
 */
public sealed interface RowSplitter permits TextSplitter, CsvSplitter, BinarySplitter {
  /** PostgreSQL's greatest row: {@code MaxAllocSize}. */
  int MAX_ROW_BYTES = 0x3fffffff;

  static RowSplitter of(RowShape shape) {
    return switch (shape.options().format()) {
      case TEXT -> new TextSplitter(shape);
      case CSV -> new CsvSplitter(shape);
      case BINARY -> new BinarySplitter(shape);
    };
  }

  /** Takes all readable bytes; rows cut before become invalid. */
  void feed(ByteBuf chunk);

  /** The client has sent CopyDone. */
  void complete();

  /** Cuts the next row; false when more bytes are needed or none follow. */
  boolean next(CopyRow row);

  /** An end marker was read, or the stream is complete and used up. */
  boolean isFinished();

  /** The line that was read last, for the context of an error. */
  long line();

  /** What is put after a last line that has no end. */
  byte[] terminator();

  /** Line ends within the row as PostgreSQL counts them. */
  int innerLines(CopyRow row);

  /**
   * The array that holds the row just cut, which is no longer used here: so a long row need not be
   * copied again.
   */
  byte[] giveAway(CopyRow row);
}
