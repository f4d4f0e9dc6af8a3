package dev.drover.coordinator.catalog;

import dev.drover.planner.sql.ShapeScanner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The text of one statement as the client sent it, with its shape and where its literals stand.
 *
 * <p>Units: byte offsets into the UTF-8 text.
 *
 * <p>Threads: immutable.
 */
public final class StatementText {
  private final byte[] utf8;
  private final byte[] shape;
  private final long shapeHash;
  private final int[] starts;
  private final int[] ends;

  private StatementText(byte[] utf8, ShapeScanner scanned) {
    this.utf8 = utf8;
    this.shape = Arrays.copyOf(scanned.shape(), scanned.shapeLength());
    this.shapeHash = scanned.shapeHash();
    int literals = scanned.literalCount();
    this.starts = new int[literals];
    this.ends = new int[literals];
    for (int i = 0; i < literals; i++) {
      starts[i] = scanned.literalStart(i);
      ends[i] = scanned.literalEnd(i);
    }
  }

  /** {@code scanner} is left holding this text's scan. */
  public static StatementText of(byte[] utf8, ShapeScanner scanner) {
    scanner.scan(utf8, 0, utf8.length);
    return new StatementText(utf8, scanner);
  }

  /** From a scanner that has just scanned exactly this text. */
  public static StatementText scanned(byte[] utf8, ShapeScanner scanner) {
    return new StatementText(utf8, scanner);
  }

  /** Not to be changed. */
  public byte[] utf8() {
    return utf8;
  }

  /** Not to be changed. */
  public byte[] shape() {
    return shape;
  }

  public long shapeHash() {
    return shapeHash;
  }

  public int literalStart(int ordinal) {
    return starts[ordinal];
  }

  public int literalEnd(int ordinal) {
    return ends[ordinal];
  }

  public int literalCount() {
    return starts.length;
  }

  /** Whether every literal is a number of decimal digits only. */
  public boolean literalsAreDecimal() {
    for (int i = 0; i < starts.length; i++) {
      for (int at = starts[i]; at < ends[i]; at++) {
        if (utf8[at] < '0' || utf8[at] > '9') {
          return false;
        }
      }
    }
    return true;
  }

  /** The literal as written, quotes and all. */
  public String literalText(int ordinal) {
    return new String(
        utf8, starts[ordinal], ends[ordinal] - starts[ordinal], StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
