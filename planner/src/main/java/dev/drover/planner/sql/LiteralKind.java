package dev.drover.planner.sql;

/** What a constant written in the text is, before any type is looked up. */
public enum LiteralKind {
  /** An integer that fits int4. */
  INT4(true),
  /** An integer that fits int8 only. */
  INT8(true),
  /** Any other number. */
  NUMERIC(true),
  /** {@code '...'}, {@code E'...'} and {@code $tag$...$tag$}. */
  STRING(true),
  /** {@code U&'...'}, with UESCAPE if given. */
  UNICODE_STRING(false),
  /** {@code N'...'}. */
  NATIONAL_STRING(false),
  /** {@code B'...'} and {@code X'...'}. */
  BIT_STRING(false);

  private final boolean lifted;

  LiteralKind(boolean lifted) {
    this.lifted = lifted;
  }

  /** Whether {@link ShapeScanner} replaces such a literal by a marker. */
  public boolean isLifted() {
    return lifted;
  }
}
