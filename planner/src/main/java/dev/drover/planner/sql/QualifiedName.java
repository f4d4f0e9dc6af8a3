package dev.drover.planner.sql;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;

/** A name with its qualifiers: {@code t}, {@code public.t}, {@code db.public.t}. */
public record QualifiedName(Span span, List<Name> parts) implements Node {
  public QualifiedName {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a name has at least one part");
    }
  }

  static QualifiedName of(Name name) {
    return new QualifiedName(name.span(), List.of(name));
  }

  /** The name without its qualifiers. */
  public Name last() {
    return parts.getLast();
  }

  /** The last part's text. */
  public String local() {
    return parts.getLast().text();
  }

  public Optional<Name> schema() {
    return parts.size() > 1 ? Optional.of(parts.get(parts.size() - 2)) : Optional.empty();
  }

  /** The parts joined by dots, without quotes: for messages. */
  public String text() {
    return parts.stream().map(Name::text).collect(joining("."));
  }
}
