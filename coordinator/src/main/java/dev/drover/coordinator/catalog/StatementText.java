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
  private static final byte[] OF_CURSOR = "DECLARE ".getBytes(StandardCharsets.US_ASCII);

  private final byte[] utf8;
  private final byte[] shape;
  private final long shapeHash;
  private final boolean ofCursor;

  /** Start and end of each literal in turn. */
  private final int[] bounds;

  private StatementText(byte[] utf8, ShapeScanner scanned, boolean ofCursor) {
    this.utf8 = utf8;
    this.ofCursor = ofCursor;
    this.shape = ofCursor ? shapeOfCursor(scanned.keptShape()) : scanned.keptShape();
    this.shapeHash = ofCursor ? ~scanned.shapeHash() : scanned.shapeHash();
    this.bounds = new int[2 * scanned.literalCount()];
    for (int i = 0; i < scanned.literalCount(); i++) {
      bounds[2 * i] = scanned.literalStart(i);
      bounds[2 * i + 1] = scanned.literalEnd(i);
    }
  }

  /** {@code scanner} is left holding this text's scan. */
  public static StatementText of(byte[] utf8, ShapeScanner scanner) {
    scanner.scan(utf8, 0, utf8.length);
    return new StatementText(utf8, scanner, false);
  }

  /** A cursor's query, which has plans of its own. */
  public static StatementText ofCursor(byte[] utf8, ShapeScanner scanner) {
    scanner.scan(utf8, 0, utf8.length);
    return new StatementText(utf8, scanner, true);
  }

  private static byte[] shapeOfCursor(byte[] query) {
    byte[] shape = Arrays.copyOf(OF_CURSOR, OF_CURSOR.length + query.length);
    System.arraycopy(query, 0, shape, OF_CURSOR.length, query.length);
    return shape;
  }

  /** From a scanner that has just scanned exactly this text. */
  public static StatementText scanned(byte[] utf8, ShapeScanner scanner) {
    return new StatementText(utf8, scanner, false);
  }

  public boolean ofCursor() {
    return ofCursor;
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
    return bounds[2 * ordinal];
  }

  public int literalEnd(int ordinal) {
    return bounds[2 * ordinal + 1];
  }

  public int literalCount() {
    return bounds.length / 2;
  }

  /** Whether every literal is a number of decimal digits only. */
  public boolean literalsAreDecimal() {
    for (int i = 0; i < literalCount(); i++) {
      for (int at = literalStart(i); at < literalEnd(i); at++) {
        if (utf8[at] < '0' || utf8[at] > '9') {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether no literal can be one that a type does not take: numbers without exponents only. */
  public boolean literalsAreSafe() {
    for (int i = 0; i < literalCount(); i++) {
      for (int at = literalStart(i); at < literalEnd(i); at++) {
        if (utf8[at] != '.' && (utf8[at] < '0' || utf8[at] > '9')) {
          return false;
        }
      }
    }
    return true;
  }

  /** The literal as written, quotes and all. */
  public String literalText(int ordinal) {
    int start = literalStart(ordinal);
    return new String(utf8, start, literalEnd(ordinal) - start, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
