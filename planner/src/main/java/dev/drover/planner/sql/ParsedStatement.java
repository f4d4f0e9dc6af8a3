package dev.drover.planner.sql;

import java.util.List;

/**
 * One statement of a text.
 *
 * @param span the statement without the semicolon and without blanks around it
 * @param firstLiteral the ordinal of its first literal; those of one statement are consecutive
 * @param parameterCount the highest {@code $n} it uses
 * @param readsLiterals whether the tree holds the value of a literal, so that it must not be reused
 *     for a text with other literals
 * @param structural pieces whose literals decide what the statement is, as the modifiers of a type:
 *     texts that differ in them are different statements
 */
public record ParsedStatement(
    Statement statement,
    Span span,
    int firstLiteral,
    int literalCount,
    int parameterCount,
    boolean readsLiterals,
    List<Span> structural) {
  public ParsedStatement {
    structural = List.copyOf(structural);
  }

  /** A statement inside of this one. */
  public ParsedStatement inner(Statement part) {
    return new ParsedStatement(
        part, part.span(), firstLiteral, literalCount, parameterCount, readsLiterals, structural);
  }
}
