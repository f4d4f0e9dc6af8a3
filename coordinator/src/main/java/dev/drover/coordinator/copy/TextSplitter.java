package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Rows of COPY's text format. */
final class TextSplitter implements RowSplitter {
  private final RowWindow window;
  private final LineEnds lineEnds = new LineEnds(false);
  private final FieldMarks marks;
  private final HeaderLine header;
  private final KeyText keyText;
  private final byte delimiter;
  private final ByteScanner fieldScanner;
  private final ByteScanner lineScanner = ByteScanner.of('\n', '\r', '\\');

  private boolean headerPending;
  private boolean finished;
  private boolean lineOpen;
  private long line;
  private int next;

  TextSplitter(RowShape shape) {
    window = new RowWindow(shape.maxRowBytes());
    marks = new FieldMarks(shape);
    header = new HeaderLine(shape);
    keyText = KeyText.ofText(shape.options());
    delimiter = shape.options().delimiter();
    fieldScanner = ByteScanner.of('\n', '\r', '\\', delimiter);
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
    return line;
  }

  @Override
  public byte[] terminator() {
    return lineEnds.terminator();
  }

  @Override
  public int innerLines(CopyRow row) {
    return 0;
  }

  @Override
  public byte[] giveAway(CopyRow row) {
    return window.giveAway();
  }

  private void take(CopyRow row, int dataEnd) {
    marks.endLine(dataEnd - window.start);
    row.set(window.bytes, window.start, next, next > dataEnd);
    row.setLine(line, 0, 0);
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
    marks.beginLine();
    if (headerPending) {
      marks.skipLine();
    }
  }

  /** Leaves {@code window.scan} at the line end and {@code next} after it. */
  private boolean findLineEnd() {
    byte[] bytes = window.bytes;
    int end = window.end;
    int at = window.scan;
    while (true) {
      at = (marks.isSearching() ? fieldScanner : lineScanner).find(bytes, at, end);
      window.scan = at;
      if (at >= end) {
        return lastLine();
      }
      byte found = bytes[at];
      if (found == '\\') {
        if (at + 1 == end && !window.complete) {
          return false;
        }
        if (at + 1 < end && bytes[at + 1] == '.') {
          readEndMarker(at);
          return false;
        }
        marks.markCoded();
        at = Math.min(at + 2, end);
      } else if (found == '\n' || found == '\r') {
        next = lineEnds.after(bytes, at, end, window.complete);
        return next != LineEnds.UNDECIDED;
      } else {
        marks.endField(at - window.start);
        at++;
      }
    }
  }

  /** What is left when the stream is complete is a line too. */
  private boolean lastLine() {
    if (!window.complete) {
      return false;
    }
    next = window.end;
    finished = window.start == window.end;
    return !finished;
  }

  /** Source: PostgreSQL 18; older servers also take a marker at the end of a row. */
  private void readEndMarker(int at) {
    int after = at + 2;
    int lengthBytes = lineEnds.style() == LineEnds.Style.BOTH ? 2 : 1;
    if (window.end - after < lengthBytes && !window.complete) {
      return;
    }
    byte[] found = new byte[0];
    if (window.end - after >= lengthBytes) {
      found = Arrays.copyOfRange(window.bytes, after, after + lengthBytes);
    }
    if (at != window.start || found.length == 0 || (found[0] != '\n' && found[0] != '\r')) {
      throw badMarker("end-of-copy marker is not alone on its line");
    }
    if (lineEnds.style() != LineEnds.Style.UNKNOWN
        && !Arrays.equals(found, lineEnds.terminator())) {
      throw badMarker("end-of-copy marker does not match previous newline style");
    }
    finished = true;
  }

  private static SqlError badMarker(String message) {
    return SqlError.of(SqlState.BAD_COPY_FILE_FORMAT, message);
  }
}
