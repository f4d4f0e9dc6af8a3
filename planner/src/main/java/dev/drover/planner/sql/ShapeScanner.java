package dev.drover.planner.sql;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Splits a text into its shape and its literals, in one pass and without allocation.
 *
 * <p>The shape is the text with each lifted literal replaced by one byte for its kind; texts of one
 * shape differ in those literals only, so they share a route. Lifted are numbers, {@code '...'},
 * {@code E'...'} and dollar quotes; signs stay in the shape, as do blanks, comments, parameters,
 * bit strings, {@code U&'...'} and {@code N'...'}.
 *
 * <p>Invariant: the literals are those of {@link Lexer}, in the same order.
 *
 * <p>Threads: confined to one; reused from text to text. Units: bytes.
 */
public final class ShapeScanner {
  /** Longer texts are not worth a cache entry. */
  private static final int MAX_SHAPE_BYTES = 1 << 20;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HASH_SEED = 0x9e3779b97f4a7c15L;
  private static final long HASH_FACTOR = 0xd6e8feb86659fd93L;

  /** So many shapes are at hand for the texts that come next. */
  private static final int RECENT_SHAPES = 8;

  private static final int LONGEST_RECENT_SHAPE = 512;

  private final byte[][] recent = new byte[RECENT_SHAPES][0];
  private final NumberScan number = new NumberScan();
  private byte[] shape = new byte[256];
  private int shapeLength;
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int[] markers = new int[16];
  private int literals;
  private long hash;
  private boolean several;
  private boolean regular;

  private byte[] text = {};
  private int end;
  private int copied;
  private boolean semicolon;

  /** Reads {@code length} bytes from {@code offset}; spans count from {@code offset}. */
  public void scan(byte[] buffer, int offset, int length) {
    text = buffer;
    end = offset + length;
    copied = offset;
    literals = 0;
    shapeLength = 0;
    several = false;
    semicolon = false;
    regular = length <= MAX_SHAPE_BYTES;
    if (!regular) {
      return;
    }
    if (shape.length < length) {
      shape = new byte[Math.max(length, 2 * shape.length)];
    }
    int at = offset;
    while (at < end) {
      int next = element(at);
      if (next < 0) {
        regular = false;
        break;
      }
      at = next;
    }
    copy(end);
    rebase(offset);
    hash = hash(shape, shapeLength);
  }

  private int element(int at) {
    byte b = text[at];
    byte kind = Scan.classOf(b);
    if (kind == Scan.SPACE) {
      return at + 1;
    }
    if (b == ';') {
      semicolon = true;
      return at + 1;
    }
    if (kind == Scan.OPERATOR && isComment(at)) {
      return b == '-' ? Scan.lineComment(text, at, end) : Scan.blockComment(text, at, end);
    }
    several |= semicolon;
    return switch (kind) {
      case Scan.LETTER -> word(at);
      case Scan.DIGIT -> number(at);
      case Scan.OPERATOR -> at + 1;
      case Scan.SELF -> b == '.' && isDigit(at + 1) ? number(at) : dots(at);
      case Scan.QUOTE -> literal(at, Scan.string(text, at, end, false), LiteralKind.STRING);
      case Scan.DOUBLE_QUOTE -> Scan.quotedIdentifier(text, at, end);
      case Scan.DOLLAR -> dollar(at);
      default -> Scan.UNTERMINATED;
    };
  }

  private boolean isComment(int at) {
    if (at + 1 >= end) {
      return false;
    }
    byte b = text[at];
    byte next = text[at + 1];
    return (b == '-' && next == '-') || (b == '/' && next == '*');
  }

  private boolean isDigit(int at) {
    return at < end && Scan.classOf(text[at]) == Scan.DIGIT;
  }

  /** Two dots are one element, so that {@code 1..2} is not read as 1 and .2. */
  private int dots(int at) {
    return text[at] == '.' && at + 1 < end && text[at + 1] == '.' ? at + 2 : at + 1;
  }

  private int word(int at) {
    int behind = Scan.identifier(text, at, end);
    if (behind - at > 1 || behind >= end) {
      return behind;
    }
    byte letter = Scan.folded(text[at]);
    byte next = text[behind];
    if (next == '\'') {
      return switch (letter) {
        case 'e' -> literal(at, Scan.string(text, behind, end, true), LiteralKind.STRING);
        case 'b', 'x', 'n' -> Scan.string(text, behind, end, false);
        default -> behind;
      };
    }
    if (letter == 'u' && next == '&' && behind + 1 < end) {
      return unicode(behind);
    }
    return behind;
  }

  private int unicode(int ampersand) {
    int quote = ampersand + 1;
    int behind =
        switch (text[quote]) {
          case '\'' -> Scan.string(text, quote, end, false);
          case '"' -> Scan.quotedIdentifier(text, quote, end);
          default -> ampersand;
        };
    return behind <= quote ? behind : Scan.unicodeEscape(text, behind, end);
  }

  private int number(int at) {
    int behind = number.scan(text, at, end);
    return number.hasJunk() ? Scan.UNTERMINATED : literal(at, behind, number.kind());
  }

  private int dollar(int at) {
    if (isDigit(at + 1)) {
      return Scan.parameter(text, at, end);
    }
    int body = Scan.dollarTag(text, at, end);
    return body < 0
        ? Scan.UNTERMINATED
        : literal(at, Scan.dollarString(text, at, body, end), LiteralKind.STRING);
  }

  private int literal(int start, int behind, LiteralKind kind) {
    if (behind < 0) {
      return behind;
    }
    copy(start);
    if (literals == starts.length) {
      starts = Arrays.copyOf(starts, 2 * literals);
      ends = Arrays.copyOf(ends, 2 * literals);
      markers = Arrays.copyOf(markers, 2 * literals);
    }
    starts[literals] = start;
    ends[literals] = behind;
    markers[literals++] = shapeLength;
    shape[shapeLength++] = kind.code();
    copied = behind;
    return behind;
  }

  private void copy(int until) {
    System.arraycopy(text, copied, shape, shapeLength, until - copied);
    shapeLength += until - copied;
    copied = until;
  }

  private void rebase(int offset) {
    for (int i = 0; offset > 0 && i < literals; i++) {
      starts[i] -= offset;
      ends[i] -= offset;
    }
  }

  private static long hash(byte[] bytes, int length) {
    long h = HASH_SEED ^ length;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      h = mix(h ^ (long) LONGS.get(bytes, at));
    }
    long tail = 0;
    for (; at < length; at++) {
      tail = (tail << Byte.SIZE) | (bytes[at] & 0xff);
    }
    return mix(mix(h ^ tail));
  }

  private static long mix(long value) {
    long h = value * HASH_FACTOR;
    return h ^ (h >>> 32);
  }

  /** Whether the text was read to its end; if not, nothing else here is known of it. */
  public boolean isRegular() {
    return regular;
  }

  /** Whether anything but blanks follows a semicolon. */
  public boolean hasSeveralStatements() {
    return several;
  }

  /** The bytes of the shape: valid up to {@link #shapeLength()}, until the next scan. */
  public byte[] shape() {
    return shape;
  }

  /**
   * The shape in an array of its own, for good; for a shape that has just been, mostly the same one
   * again. Not to be changed.
   */
  public byte[] keptShape() {
    int place = (int) (hash & (RECENT_SHAPES - 1));
    byte[] last = recent[place];
    if (Arrays.equals(last, 0, last.length, shape, 0, shapeLength)) {
      return last;
    }
    byte[] kept = Arrays.copyOf(shape, shapeLength);
    if (shapeLength <= LONGEST_RECENT_SHAPE) {
      recent[place] = kept;
    }
    return kept;
  }

  public int shapeLength() {
    return shapeLength;
  }

  public long shapeHash() {
    return hash;
  }

  public int literalCount() {
    return literals;
  }

  public int literalStart(int ordinal) {
    return starts[ordinal];
  }

  public int literalEnd(int ordinal) {
    return ends[ordinal];
  }

  public LiteralKind literalKind(int ordinal) {
    return LiteralKind.of(shape[markers[ordinal]]);
  }

  /**
   * The offset in the shape of an offset in the text; offsets inside a literal are its start. Kept
   * with a cached tree, it finds the same place in another text of the shape.
   */
  public int toShape(int textOffset) {
    int below = lastAtOrBefore(starts, textOffset);
    if (below < 0) {
      return textOffset;
    }
    if (textOffset < ends[below]) {
      return markers[below];
    }
    return markers[below] + 1 + textOffset - ends[below];
  }

  /** The offset in the text of an offset in the shape. */
  public int toText(int shapeOffset) {
    int below = lastAtOrBefore(markers, shapeOffset);
    if (below < 0) {
      return shapeOffset;
    }
    if (shapeOffset == markers[below]) {
      return starts[below];
    }
    return ends[below] + shapeOffset - markers[below] - 1;
  }

  private int lastAtOrBefore(int[] offsets, int offset) {
    int found = Arrays.binarySearch(offsets, 0, literals, offset);
    return found >= 0 ? found : -found - 2;
  }
}
