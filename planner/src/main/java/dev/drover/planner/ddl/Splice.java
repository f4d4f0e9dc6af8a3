package dev.drover.planner.ddl;

import dev.drover.planner.sql.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A copy of a piece of text with some of its spans replaced.
 *
 * <p>Threads: confined to the caller's.
 */
final class Splice {
  private final byte[] text;
  private final Span whole;
  private final List<Change> changes = new ArrayList<>();

  private record Change(Span span, String replacement) {}

  private Splice(byte[] text, Span whole) {
    this.text = text;
    this.whole = whole;
  }

  static Splice of(byte[] text, Span whole) {
    return new Splice(text, whole);
  }

  Splice replace(Span span, String replacement) {
    if (!whole.contains(span)) {
      throw new IllegalArgumentException(span + " lies outside of " + whole);
    }
    changes.add(new Change(span, replacement));
    return this;
  }

  /** Leaves a blank where the span was, so that its neighbours stay apart. */
  Splice cut(Span span) {
    return replace(span, " ");
  }

  @Override
  public String toString() {
    changes.sort(Comparator.comparingInt(c -> c.span().start()));
    StringBuilder result = new StringBuilder();
    int at = whole.start();
    for (Change change : changes) {
      result.append(new Span(at, change.span().start()).of(text)).append(change.replacement());
      at = change.span().end();
    }
    return result.append(new String(text, at, whole.end() - at, StandardCharsets.UTF_8)).toString();
  }
}
