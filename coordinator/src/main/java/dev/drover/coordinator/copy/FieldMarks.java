package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;

/**
 * Where the key fields of the current line stand, relative to its start.
 *
 * <p>Threads: confined to one; reused for line after line.
 */
final class FieldMarks {
  private final List<String> columns;
  private final int[] keyOfPosition;
  private final int[] starts;
  private final int[] ends;
  private final boolean[] coded;

  /** Number of fields that have ended. */
  private int field;

  private int fieldStart;
  private boolean fieldCoded;

  FieldMarks(RowShape shape) {
    columns = shape.columns();
    keyOfPosition = shape.keyOfPosition();
    int keys = shape.keyPositions().size();
    starts = new int[keys];
    ends = new int[keys];
    coded = new boolean[keys];
  }

  void beginLine() {
    field = 0;
    fieldStart = 0;
    fieldCoded = false;
  }

  /** The line holds no field that is looked for. */
  void skipLine() {
    field = keyOfPosition.length;
  }

  boolean isSearching() {
    return field < keyOfPosition.length;
  }

  /** The current field holds an escape or a quote. */
  void markCoded() {
    fieldCoded = true;
  }

  /** The current field ends; the next one begins after a delimiter of one byte. */
  void endField(int end) {
    int key = keyOfPosition[field];
    if (key >= 0) {
      starts[key] = fieldStart;
      ends[key] = end;
      coded[key] = fieldCoded;
    }
    field++;
    fieldStart = end + 1;
    fieldCoded = false;
  }

  /** The line ends, and with it its last field. */
  void endLine(int end) {
    if (isSearching()) {
      endField(end);
    }
    if (isSearching()) {
      throw SqlError.of(
          SqlState.BAD_COPY_FILE_FORMAT, "missing data for column \"" + columns.get(field) + "\"");
    }
  }

  int keys() {
    return starts.length;
  }

  int start(int key) {
    return starts[key];
  }

  int end(int key) {
    return ends[key];
  }

  boolean isCoded(int key) {
    return coded[key];
  }
}
