package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * One {@code name value} of an option list: COPY, EXPLAIN, WITH (...), CREATE NODE.
 *
 * @param name lower case, with its qualifier if given ({@code toast.autovacuum_enabled})
 * @param values none for a bare name, several for a list in parentheses; {@code *} is a value
 */
public record GenericOption(Span span, String name, List<Value> values) implements Node {
  public GenericOption {
    values = List.copyOf(values);
  }

  /**
   * A value: a word, a number with its sign, or a string.
   *
   * @param text words folded, strings unescaped
   */
  public record Value(Span span, String text, boolean string) {}

  /** The first value's text. */
  public Optional<String> text() {
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst().text());
  }

  /** PostgreSQL's reading of a boolean option: no value is true. */
  public boolean isTrue() {
    return text()
        .map(t -> t.equals("true") || t.equals("on") || t.equals("1") || t.equals("yes"))
        .orElse(true);
  }
}
