package dev.drover.planner.sql;

import java.nio.charset.StandardCharsets;

/**
 * A piece of the statement's text, from {@code start} up to but not including {@code end}.
 *
 * <p>Units: bytes of the UTF-8 text that was parsed, from 0.
 */
public record Span(int start, int end) {
  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("span " + start + ".." + end);
    }
  }

  public int lengthBytes() {
    return end - start;
  }

  public boolean contains(Span inner) {
    return start <= inner.start && inner.end <= end;
  }

  /** The smallest span that holds both. */
  public Span cover(Span other) {
    return new Span(Math.min(start, other.start), Math.max(end, other.end));
  }

  /** The piece itself. */
  public String of(byte[] text) {
    return new String(text, start, end - start, StandardCharsets.UTF_8);
  }
}
