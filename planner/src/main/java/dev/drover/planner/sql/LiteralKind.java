package dev.drover.planner.sql;

/** What a constant written in the text is, before any type is looked up. */
public enum LiteralKind {
  /** An integer that fits int4. */
  INT4(1, true),
  /** An integer that fits int8 only. */
  INT8(2, true),
  /** Any other number. */
  NUMERIC(3, true),
  /** {@code '...'}, {@code E'...'} and {@code $tag$...$tag$}. */
  STRING(4, true),
  /** {@code U&'...'}, with UESCAPE if given. */
  UNICODE_STRING(5, false),
  /** {@code N'...'}. */
  NATIONAL_STRING(6, false),
  /** {@code B'...'} and {@code X'...'}. */
  BIT_STRING(7, false);

  private static final LiteralKind[] BY_CODE = byCode();

  private final byte code;
  private final boolean lifted;

  LiteralKind(int code, boolean lifted) {
    this.code = (byte) code;
    this.lifted = lifted;
  }

  private static LiteralKind[] byCode() {
    LiteralKind[] kinds = new LiteralKind[values().length + 1];
    for (LiteralKind kind : values()) {
      kinds[kind.code] = kind;
    }
    return kinds;
  }

  /** The byte that stands for such a literal in a shape. */
  public byte code() {
    return code;
  }

  static LiteralKind of(int code) {
    return BY_CODE[code];
  }

  /** Whether {@link ShapeScanner} replaces such a literal by its code. */
  public boolean isLifted() {
    return lifted;
  }
}
