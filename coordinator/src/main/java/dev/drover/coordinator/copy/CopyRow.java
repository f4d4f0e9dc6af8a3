package dev.drover.coordinator.copy;

import java.util.Arrays;

/**
 * One row of a COPY stream, as ranges of the splitter's buffers.
 *
 * <p>Valid until the splitter is next asked for a row or given bytes.
 *
 * <p>Threads: confined to one; reused for row after row.
 */
public final class CopyRow {
  private static final int NULL = -1;
  private static final int DEFAULT = -2;
  private static final int FIRST_SCRATCH_BYTES = 128;

  private byte[] bytes = new byte[0];
  private int start;
  private int end;
  private boolean terminated;
  private long line;
  private int newlines;
  private int returns;
  private final byte[][] keyBytes;
  private final int[] keyOffset;
  private final int[] keyLength;
  private byte[] scratch = new byte[FIRST_SCRATCH_BYTES];
  private int scratchEnd;

  CopyRow(int keys) {
    keyBytes = new byte[keys][];
    Arrays.fill(keyBytes, bytes);
    keyOffset = new int[keys];
    keyLength = new int[keys];
  }

  /** The array that holds the row, from {@link #start} to {@link #end}. */
  public byte[] bytes() {
    return bytes;
  }

  public int start() {
    return start;
  }

  /** After the line end, if there is one. */
  public int end() {
    return end;
  }

  public int lengthBytes() {
    return end - start;
  }

  /** False for a last line without a line end. */
  public boolean isTerminated() {
    return terminated;
  }

  /** The client's line on which the row ends, from 1, as PostgreSQL counts. */
  public long line() {
    return line;
  }

  /** Newlines inside quotes. */
  int newlines() {
    return newlines;
  }

  /** Carriage returns inside quotes. */
  int returns() {
    return returns;
  }

  /** Number of key fields. */
  public int keys() {
    return keyLength.length;
  }

  public boolean isKeyNull(int key) {
    return keyLength[key] == NULL;
  }

  /** The field is the mark that COPY's option DEFAULT names. */
  public boolean isKeyDefault(int key) {
    return keyLength[key] == DEFAULT;
  }

  /** Where the decoded value of a key column stands. */
  public byte[] keyBytes(int key) {
    return keyBytes[key];
  }

  public int keyOffset(int key) {
    return keyOffset[key];
  }

  public int keyLength(int key) {
    return keyLength[key];
  }

  void set(byte[] rowBytes, int rowStart, int rowEnd, boolean hasLineEnd) {
    bytes = rowBytes;
    start = rowStart;
    end = rowEnd;
    terminated = hasLineEnd;
    scratchEnd = 0;
  }

  void setLine(long lastLine, int innerNewlines, int innerReturns) {
    line = lastLine;
    newlines = innerNewlines;
    returns = innerReturns;
  }

  void setKey(int key, byte[] value, int offset, int length) {
    keyBytes[key] = value;
    keyOffset[key] = offset;
    keyLength[key] = length;
  }

  void setKeyNull(int key) {
    keyLength[key] = NULL;
  }

  void setKeyDefault(int key) {
    keyLength[key] = DEFAULT;
  }

  /** Room for a decoded value that is at most this long; {@link #endValue} follows. */
  byte[] beginValue(int length) {
    if (scratch.length - scratchEnd < length) {
      scratch = new byte[Math.max(2 * scratch.length, length)];
      scratchEnd = 0;
    }
    return scratch;
  }

  int valueOffset() {
    return scratchEnd;
  }

  void endValue(int key, int endOffset) {
    setKey(key, scratch, scratchEnd, endOffset - scratchEnd);
    scratchEnd = endOffset;
  }
}
