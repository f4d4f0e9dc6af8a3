package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;

/** Rows of COPY's CSV format. */
final class CsvSplitter implements RowSplitter {
  private static final int LONGEST_MARKER_BYTES = 4;

  private final RowWindow window;
  private final LineEnds lineEnds = new LineEnds(true);
  private final FieldMarks marks;
  private final HeaderLine header;
  private final KeyText keyText;
  private final byte quote;
  private final byte escape;
  private final boolean endMarker;
  private final ByteScanner fieldScanner;
  private final ByteScanner lineScanner;
  private final ByteScanner quotedScanner;

  private boolean headerPending;
  private boolean finished;
  private boolean inQuotes;
  private int newlines;
  private int returns;
  private boolean lineOpen;
  private long line;

  /** Of the line whose end was found, as counted before its end told how lines end. */
  private long lastLine;

  private int next;

  CsvSplitter(RowShape shape) {
    CopyOptions options = shape.options();
    window = new RowWindow(shape.maxRowBytes());
    marks = new FieldMarks(shape);
    header = new HeaderLine(shape);
    keyText = KeyText.ofCsv(shape);
    quote = options.quote();
    escape = options.escape();
    endMarker = shape.csvEndMarker();
    fieldScanner = ByteScanner.of('\n', '\r', quote, options.delimiter());
    lineScanner = ByteScanner.of('\n', '\r', quote);
    quotedScanner = ByteScanner.of('\n', '\r', quote, escape);
    headerPending = header.isExpected();
    beginLine();
  }

  @Override
  public void feed(ByteBuf chunk) {
    if (finished) {
      chunk.skipBytes(chunk.readableBytes());
      return;
    }
    window.append(chunk);
  }

  @Override
  public void complete() {
    window.complete = true;
  }

  @Override
  public boolean next(CopyRow row) {
    openLine();
    while (!finished && findLineEnd()) {
      int dataEnd = window.scan;
      window.checkRowBytes(next - window.start);
      if (!headerPending) {
        take(row, dataEnd);
        return true;
      }
      header.check(window.bytes, window.start, dataEnd);
      headerPending = false;
      line = lastLine;
      window.advanceTo(next);
      beginLine();
      openLine();
    }
    return false;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public long line() {
    return line + (lineEnds.countedInQuotes() == '\n' ? newlines : returns);
  }

  @Override
  public byte[] terminator() {
    return lineEnds.terminator();
  }

  @Override
  public int innerLines(CopyRow row) {
    return lineEnds.countedInQuotes() == '\n' ? row.newlines() : row.returns();
  }

  @Override
  public byte[] giveAway(CopyRow row) {
    return window.giveAway();
  }

  private void take(CopyRow row, int dataEnd) {
    marks.endLine(dataEnd - window.start);
    row.set(window.bytes, window.start, next, next > dataEnd);
    line = lastLine;
    row.setLine(line, newlines, returns);
    for (int key = 0; key < marks.keys(); key++) {
      int offset = window.start + marks.start(key);
      keyText.decode(row, key, offset, marks.end(key) - marks.start(key), marks.isCoded(key));
    }
    window.advanceTo(next);
    beginLine();
  }

  /** The line counts from its first byte on, so that errors within it name it. */
  private void openLine() {
    if (!lineOpen) {
      line++;
      lineOpen = true;
    }
  }

  private void beginLine() {
    lineOpen = false;
    inQuotes = false;
    newlines = 0;
    returns = 0;
    marks.beginLine();
    if (headerPending) {
      marks.skipLine();
    }
  }

  /** Leaves {@code window.scan} at the line end and {@code next} after it. */
  private boolean findLineEnd() {
    if (endMarker && window.scan == window.start && stopsAtMarker()) {
      return false;
    }
    while (true) {
      int at = scanner().find(window.bytes, window.scan, window.end);
      window.scan = at;
      if (at == window.end) {
        return lastLine();
      }
      byte found = window.bytes[at];
      if (inQuotes) {
        if (!passQuoted(found, at)) {
          return false;
        }
      } else if (found == '\n' || found == '\r') {
        return endLine(at);
      } else if (found == quote) {
        marks.markCoded();
        inQuotes = true;
        window.scan = at + 1;
      } else {
        marks.endField(at - window.start);
        window.scan = at + 1;
      }
    }
  }

  private ByteScanner scanner() {
    if (inQuotes) {
      return quotedScanner;
    }
    return marks.isSearching() ? fieldScanner : lineScanner;
  }

  /** Passes a byte of note inside quotes; false when the next byte must be known first. */
  private boolean passQuoted(byte found, int at) {
    if (found == escape && escape != quote) {
      if (at + 1 == window.end && !window.complete) {
        return false;
      }
      boolean pair = at + 1 < window.end && isSpecial(window.bytes[at + 1]);
      window.scan = pair ? at + 2 : at + 1;
      return true;
    }
    if (found == quote) {
      inQuotes = false;
    } else {
      countInner(found);
    }
    window.scan = at + 1;
    return true;
  }

  private boolean isSpecial(byte value) {
    return value == quote || value == escape;
  }

  private void countInner(byte found) {
    if (found == '\n') {
      newlines++;
    } else {
      returns++;
    }
  }

  private boolean endLine(int at) {
    long counted = line();
    next = lineEnds.after(window.bytes, at, window.end, window.complete);
    lastLine = counted;
    return next != LineEnds.UNDECIDED;
  }

  /** What is left when the stream is complete is a line too. */
  private boolean lastLine() {
    if (!window.complete) {
      return false;
    }
    next = window.end;
    finished = window.start == window.end;
    if (finished) {
      return false;
    }
    lastLine = line();
    if (inQuotes) {
      throw SqlError.of(SqlState.BAD_COPY_FILE_FORMAT, "unterminated CSV quoted field");
    }
    return true;
  }

  /** True when the line is an end marker, or may become one when more bytes arrive. */
  private boolean stopsAtMarker() {
    int length = Math.min(window.end - window.start, LONGEST_MARKER_BYTES);
    byte[] bytes = window.bytes;
    int at = window.start;
    if ((length > 0 && bytes[at] != '\\') || (length > 1 && bytes[at + 1] != '.')) {
      return false;
    }
    boolean both = lineEnds.style() == LineEnds.Style.BOTH;
    int needed = both ? LONGEST_MARKER_BYTES : LONGEST_MARKER_BYTES - 1;
    if (length < needed) {
      return !window.complete;
    }
    return both ? isMarkerBoth(at + 2) : isMarkerLine(at + 2);
  }

  private boolean isMarkerBoth(int at) {
    finished = window.bytes[at] == '\r' && window.bytes[at + 1] == '\n';
    return finished;
  }

  private boolean isMarkerLine(int at) {
    byte found = window.bytes[at];
    finished =
        switch (lineEnds.style()) {
          case NEWLINE -> found == '\n';
          case CARRIAGE_RETURN -> found == '\r';
          case UNKNOWN, BOTH -> found == '\n' || found == '\r';
        };
    return finished;
  }
}
