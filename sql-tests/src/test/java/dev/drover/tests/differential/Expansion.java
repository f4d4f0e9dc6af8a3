package dev.drover.tests.differential;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement with its macros expanded, still free in its literals.
 *
 * <ul>
 *   <li><code>/*dist: hash(id) | hash(v)*&#47;</code> becomes the clause of the placement, on
 *       Drover
 *   <li><code>/*dist= modulo(id)*&#47;</code> becomes that clause in every placement, on Drover
 *   <li>{@code $key[PRIMARY KEY]} stays where the placement can check keys
 *   <li>{@code $schema} is the run's schema
 *   <li>{@code $[5|7]} is a literal: 5 in the first set, 7 in the second
 * </ul>
 */
record Expansion(List<String> pieces, List<Literal> literals) {
  /** A literal in its two forms, as SQL writes them. */
  record Literal(String first, String second) {
    String in(int set) {
      return set == 0 ? first : second;
    }

    /** The value as a parameter carries it; empty for NULL. */
    Optional<String> value(int set) {
      String literal = in(set);
      if (literal.equalsIgnoreCase("null")) {
        return Optional.empty();
      }
      boolean isQuoted = literal.startsWith("'");
      return Optional.of(
          isQuoted ? literal.substring(1, literal.length() - 1).replace("''", "'") : literal);
    }
  }

  private static final Pattern CHOICE = Pattern.compile("/\\*dist: *(.*?) *\\*/");
  private static final Pattern FIXED = Pattern.compile("/\\*dist= *(.*?) *\\*/");
  private static final String KEY = "$key[";
  private static final String LITERAL = "$[";

  Expansion {
    pieces = List.copyOf(pieces);
    literals = List.copyOf(literals);
    if (pieces.size() != literals.size() + 1) {
      throw new IllegalArgumentException("literals stand between pieces");
    }
  }

  static Expansion of(String template, Scenario scenario, boolean isDrover) {
    requireNonNull(template);
    String sql = distribution(template, scenario.placement(), isDrover);
    sql = keys(sql, scenario.placement().keepsKeys());
    return literals(sql.replace("$schema", scenario.schema()));
  }

  /** The text with the literals of one set in place. */
  String inline(int set) {
    StringBuilder sql = new StringBuilder(pieces.getFirst());
    for (int i = 0; i < literals.size(); i++) {
      sql.append(literals.get(i).in(set)).append(pieces.get(i + 1));
    }
    return sql.toString();
  }

  /** The text with $1, $2 ... in place of the literals. */
  String parameterized() {
    StringBuilder sql = new StringBuilder(pieces.getFirst());
    for (int i = 0; i < literals.size(); i++) {
      sql.append('$').append(i + 1).append(pieces.get(i + 1));
    }
    return sql.toString();
  }

  List<Optional<String>> values(int set) {
    return literals.stream().map(literal -> literal.value(set)).toList();
  }

  private static String distribution(String sql, Placement placement, boolean isDrover) {
    String fixed =
        FIXED.matcher(sql).replaceAll(m -> isDrover ? quote(Placement.by(m.group(1))) : "");
    return CHOICE
        .matcher(fixed)
        .replaceAll(m -> isDrover ? quote(placement.clause(choices(m.group(1)))) : "");
  }

  private static List<String> choices(String text) {
    List<String> choices = Arrays.stream(text.split("\\|", -1)).map(String::strip).toList();
    if (choices.size() > 2) {
      throw new IllegalArgumentException("more than two distributions: " + text);
    }
    return choices;
  }

  private static String quote(String text) {
    return Matcher.quoteReplacement(text);
  }

  private static String keys(String sql, boolean isKept) {
    int start = sql.indexOf(KEY);
    if (start < 0) {
      return sql;
    }
    int open = start + KEY.length() - 1;
    int end = SqlScanner.closing(sql, open);
    String kept = isKept ? sql.substring(open + 1, end - 1) : "";
    return keys(sql.substring(0, start) + kept + sql.substring(end), isKept);
  }

  private static Expansion literals(String sql) {
    List<String> pieces = new ArrayList<>();
    List<Literal> literals = new ArrayList<>();
    int from = 0;
    for (int at = sql.indexOf(LITERAL); at >= 0; at = sql.indexOf(LITERAL, from)) {
      pieces.add(sql.substring(from, at));
      from = SqlScanner.closing(sql, at + 1);
      literals.add(literal(sql.substring(at + LITERAL.length(), from - 1)));
    }
    pieces.add(sql.substring(from));
    return new Expansion(pieces, literals);
  }

  private static Literal literal(String text) {
    int bar = 0;
    while (bar < text.length() && text.charAt(bar) != '|') {
      bar = SqlScanner.next(text, bar);
    }
    return bar == text.length()
        ? new Literal(text, text)
        : new Literal(text.substring(0, bar), text.substring(bar + 1));
  }
}
