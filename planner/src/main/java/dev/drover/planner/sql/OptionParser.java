package dev.drover.planner.sql;

import dev.drover.planner.sql.GenericOption.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads option lists, and the small clauses that many commands share. */
final class OptionParser {
  private final Grammar grammar;
  private final Cursor cursor;

  OptionParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** {@code IF NOT EXISTS}, if it is there. */
  boolean ifNotExists() {
    if (!cursor.accept("if")) {
      return false;
    }
    cursor.expect("not", "exists");
    return true;
  }

  /** {@code IF EXISTS}, if it is there. */
  boolean ifExists() {
    if (!cursor.at("if", "exists")) {
      return false;
    }
    cursor.expect("if", "exists");
    return true;
  }

  /** {@code CASCADE | RESTRICT}, if it is there: whether it is CASCADE. */
  boolean cascade() {
    if (cursor.accept("cascade")) {
      return true;
    }
    cursor.accept("restrict");
    return false;
  }

  /** {@code (name [=] value, ...)}. */
  List<GenericOption> inParentheses() {
    return cursor.parenthesized(this::option);
  }

  /** {@code WITH (...)}, if it is there. */
  List<GenericOption> optionalWith() {
    if (!cursor.at("with") || !cursor.nextIs('(')) {
      return List.of();
    }
    cursor.advance();
    return inParentheses();
  }

  private GenericOption option() {
    int start = cursor.start();
    String name = grammar.names().anyQualifiedName().text();
    if (cursor.accept('=') && (cursor.at(',') || cursor.at(')'))) {
      throw cursor.unexpected();
    }
    List<Value> values = new ArrayList<>();
    if (cursor.accept('(')) {
      values.addAll(cursor.list(this::value));
      cursor.expect(')');
    } else {
      while (!cursor.at(',') && !cursor.at(')')) {
        values.add(value());
      }
    }
    return new GenericOption(cursor.since(start), name, values);
  }

  /** A word, a signed number, a string or a star. */
  Value value() {
    int start = cursor.start();
    if (Token.isText(cursor.kind())) {
      String text = cursor.readString();
      return new Value(cursor.since(start), text, true);
    }
    if (cursor.accept('*')) {
      return new Value(cursor.since(start), "*", false);
    }
    if (cursor.at('+') || cursor.at('-') || Token.isLiteral(cursor.kind())) {
      return number(start);
    }
    String text = grammar.names().anyQualifiedName().text();
    return new Value(cursor.since(start), text, false);
  }

  private Value number(int start) {
    if (!cursor.accept('+')) {
      cursor.accept('-');
    }
    if (!Token.isLiteral(cursor.kind()) || Token.isString(cursor.kind())) {
      throw cursor.unexpected();
    }
    cursor.markLiteralRead();
    cursor.advance();
    Span span = cursor.since(start);
    return new Value(span, span.of(cursor.text()).replaceAll("[\\s+]", ""), false);
  }

  /** An option of a word's own, as {@code VERBOSE} of the old EXPLAIN. */
  GenericOption bare(String name) {
    Span span = cursor.span();
    cursor.advance();
    return new GenericOption(span, name, List.of());
  }

  /** Options of a sequence: {@code INCREMENT BY 2 NO CYCLE OWNED BY t.a ...}. */
  List<GenericOption> sequence() {
    List<GenericOption> options = new ArrayList<>();
    Optional<GenericOption> next = sequenceOption();
    while (next.isPresent()) {
      options.add(next.orElseThrow());
      next = sequenceOption();
    }
    return options;
  }

  private Optional<GenericOption> sequenceOption() {
    int start = cursor.start();
    String word = cursor.word();
    return switch (word) {
      case "as" -> {
        cursor.advance();
        TypeName type = grammar.types().type();
        Value value = new Value(type.span(), type.name().text(), false);
        yield option(start, "as", List.of(value));
      }
      case "cache", "maxvalue", "minvalue" -> {
        cursor.advance();
        yield option(start, word, List.of(value()));
      }
      case "cycle", "logged", "unlogged" -> {
        cursor.advance();
        yield option(start, word, List.of());
      }
      case "increment", "start", "restart" -> {
        cursor.advance();
        boolean by = cursor.accept("by") || cursor.accept("with");
        boolean bare = word.equals("restart") && !by && !atNumber();
        yield option(start, word, bare ? List.of() : List.of(value()));
      }
      case "no" -> no(start);
      case "owned", "sequence" -> {
        cursor.advance();
        boolean owned = word.equals("owned");
        cursor.expect(owned ? "by" : "name");
        yield option(start, owned ? "owned by" : "sequence name", List.of(value()));
      }
      default -> Optional.empty();
    };
  }

  private Optional<GenericOption> no(int start) {
    String what = cursor.word(1);
    return switch (what) {
      case "cycle", "maxvalue", "minvalue" -> {
        cursor.expect("no", what);
        yield option(start, "no " + what, List.of());
      }
      default -> Optional.empty();
    };
  }

  private boolean atNumber() {
    return cursor.at('-') || cursor.at('+') || Token.isLiteral(cursor.kind());
  }

  private Optional<GenericOption> option(int start, String name, List<Value> values) {
    return Optional.of(new GenericOption(cursor.since(start), name, values));
  }
}
