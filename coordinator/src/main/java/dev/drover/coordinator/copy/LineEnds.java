package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;

/**
 * How lines end in one COPY stream: as its first line did.
 *
 * <p>Source: PostgreSQL 18 {@code CopyReadLineText} in {@code copyfromparse.c}.
 *
 * <p>Threads: confined to one.
 */
final class LineEnds {
  /** The next byte must be known first. */
  static final int UNDECIDED = -1;

  /** PostgreSQL's {@code EolType}. */
  enum Style {
    UNKNOWN,
    NEWLINE,
    CARRIAGE_RETURN,
    BOTH
  }

  private final boolean csv;
  private Style style = Style.UNKNOWN;

  LineEnds(boolean csv) {
    this.csv = csv;
  }

  Style style() {
    return style;
  }

  /**
   * Index of the byte after the line end that begins at {@code at}, or {@link #UNDECIDED}.
   *
   * @param complete no byte follows {@code end}
   */
  int after(byte[] bytes, int at, int end, boolean complete) {
    if (bytes[at] == '\n') {
      return afterNewline(at);
    }
    if (style == Style.NEWLINE) {
      throw returnInData();
    }
    if (style == Style.CARRIAGE_RETURN) {
      return at + 1;
    }
    if (at + 1 == end && !complete) {
      return UNDECIDED;
    }
    if (at + 1 < end && bytes[at + 1] == '\n') {
      style = Style.BOTH;
      return at + 2;
    }
    if (style == Style.BOTH) {
      throw returnInData();
    }
    style = Style.CARRIAGE_RETURN;
    return at + 1;
  }

  /** The byte that PostgreSQL counts as a line inside a quoted field. */
  byte countedInQuotes() {
    return (byte) (style == Style.NEWLINE ? '\n' : '\r');
  }

  /** What ends a line that was the last and had no end. */
  byte[] terminator() {
    return switch (style) {
      case UNKNOWN, NEWLINE -> new byte[] {'\n'};
      case CARRIAGE_RETURN -> new byte[] {'\r'};
      case BOTH -> new byte[] {'\r', '\n'};
    };
  }

  private int afterNewline(int at) {
    if (style == Style.CARRIAGE_RETURN || style == Style.BOTH) {
      throw inData(csv ? "unquoted newline found in data" : "literal newline found in data")
          .withHint(
              csv
                  ? "Use quoted CSV field to represent newline."
                  : "Use \"\\n\" to represent newline.");
    }
    style = Style.NEWLINE;
    return at + 1;
  }

  private SqlError returnInData() {
    return inData(
            csv
                ? "unquoted carriage return found in data"
                : "literal carriage return found in data")
        .withHint(
            csv
                ? "Use quoted CSV field to represent carriage return."
                : "Use \"\\r\" to represent carriage return.");
  }

  private static SqlError inData(String message) {
    return SqlError.of(SqlState.BAD_COPY_FILE_FORMAT, message);
  }
}
