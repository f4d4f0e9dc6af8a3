package dev.drover.planner.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads types.
 *
 * <p>Source: PostgreSQL 18 manual, chapter 8 "Data Types" and section 4.2.9 "Type Casts".
 */
final class TypeParser {
  private static final int MAX_FLOAT4_PRECISION = 24;

  private final Grammar grammar;
  private final Cursor cursor;

  TypeParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** A type, with SETOF and array bounds. */
  TypeName type() {
    int start = cursor.start();
    boolean setOf = cursor.accept("setof");
    TypeName base = withoutBounds();
    int dimensions = dimensions();
    boolean ofColumn =
        cursor.at('%') && cursor.word(1).equals("type") && dimensions == 0 && ofColumn();
    return setOf || ofColumn || dimensions > 0
        ? new TypeName(
            cursor.since(start),
            base.name(),
            base.standard(),
            base.modifiers(),
            base.fields(),
            dimensions,
            setOf,
            ofColumn)
        : base;
  }

  private boolean ofColumn() {
    cursor.advance();
    cursor.advance();
    return true;
  }

  private int dimensions() {
    int dimensions = 0;
    if (cursor.accept("array")) {
      if (cursor.accept('[')) {
        bound();
      }
      return 1;
    }
    while (cursor.accept('[')) {
      bound();
      dimensions++;
    }
    return dimensions;
  }

  private void bound() {
    if (Token.isLiteral(cursor.kind())) {
      cursor.advance();
    }
    cursor.expect(']');
  }

  /** A type without SETOF and array bounds, as before a literal. */
  TypeName withoutBounds() {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "int", "integer" -> standard("int4");
      case "smallint" -> standard("int2");
      case "bigint" -> standard("int8");
      case "real" -> standard("float4");
      case "boolean" -> standard("bool");
      case "float" -> floating(start);
      case "double" -> cursor.word(1).equals("precision") ? doublePrecision(start) : named(start);
      case "decimal", "dec", "numeric" -> numeric(start);
      case "bit" -> varying(start, "bit", "varbit");
      case "varchar" -> varying(start, "varchar", "varchar");
      case "character", "char", "nchar", "national" -> varying(start, "bpchar", "varchar");
      case "time", "timestamp" -> time(start);
      case "interval" -> interval(start);
      default -> named(start);
    };
  }

  private TypeName standard(String name) {
    int start = cursor.start();
    cursor.advance();
    return build(start, name, List.of(), "");
  }

  private TypeName build(int start, String name, List<Expr> modifiers, String fields) {
    Span span = cursor.since(start);
    QualifiedName qualified = QualifiedName.of(new Name(span, name, false));
    return new TypeName(span, qualified, true, modifiers, fields, 0, false, false);
  }

  private TypeName floating(int start) {
    cursor.advance();
    if (!cursor.at('(')) {
      return build(start, "float8", List.of(), "");
    }
    Span digits = cursor.tokens().span(cursor.index() + 1);
    boolean isInteger = cursor.kind(1) == Token.INT4;
    List<Expr> modifiers = modifiers();
    if (!isInteger) {
      throw cursor.unexpected();
    }
    cursor.markLiteralRead();
    boolean single = Literals.integer(cursor.text(), digits) <= MAX_FLOAT4_PRECISION;
    return build(start, single ? "float4" : "float8", modifiers, "");
  }

  private TypeName doublePrecision(int start) {
    cursor.expect("double", "precision");
    return build(start, "float8", List.of(), "");
  }

  private TypeName numeric(int start) {
    cursor.advance();
    return build(start, "numeric", modifiers(), "");
  }

  private TypeName varying(int start, String fixed, String variable) {
    if (cursor.accept("national") && !cursor.atAny("character", "char")) {
      throw cursor.unexpected();
    }
    cursor.advance();
    String name = cursor.accept("varying") ? variable : fixed;
    return build(start, name, modifiers(), "");
  }

  private TypeName time(int start) {
    String name = cursor.word();
    cursor.advance();
    List<Expr> modifiers = modifiers();
    if (cursor.at("with", "time") || cursor.at("without", "time")) {
      boolean zoned = cursor.at("with");
      cursor.advance();
      cursor.expect("time", "zone");
      return build(start, zoned ? name + "tz" : name, modifiers, "");
    }
    return build(start, name, modifiers, "");
  }

  private TypeName interval(int start) {
    cursor.advance();
    if (cursor.at('(')) {
      return build(start, "interval", modifiers(), "");
    }
    List<Expr> precision = new ArrayList<>();
    String fields = intervalFields(precision);
    return build(start, "interval", precision, fields);
  }

  /** {@code day to second(3)}; adds the precision. */
  String intervalFields(List<Expr> precision) {
    if (!isField(cursor.word())) {
      return "";
    }
    StringBuilder fields = new StringBuilder(cursor.word());
    boolean second = cursor.at("second");
    cursor.advance();
    if (cursor.at("to") && isField(cursor.word(1))) {
      cursor.advance();
      second = cursor.at("second");
      fields.append(" to ").append(cursor.word());
      cursor.advance();
    }
    if (second) {
      precision.addAll(modifiers());
    }
    return fields.toString();
  }

  private static boolean isField(String word) {
    return switch (word) {
      case "year", "month", "day", "hour", "minute", "second" -> true;
      default -> false;
    };
  }

  private TypeName named(int start) {
    Name first = grammar.names().typeOrFunctionName();
    List<Name> parts = new ArrayList<>();
    parts.add(first);
    while (cursor.at('.')) {
      cursor.advance();
      parts.add(grammar.names().label());
    }
    QualifiedName name = new QualifiedName(cursor.since(start), parts);
    List<Expr> modifiers = modifiers();
    return new TypeName(cursor.since(start), name, false, modifiers, "", 0, false, false);
  }

  private List<Expr> modifiers() {
    if (!cursor.at('(')) {
      return List.of();
    }
    int start = cursor.start();
    List<Expr> modifiers = cursor.parenthesized(grammar.expressions()::expression);
    cursor.markStructural(cursor.since(start));
    return modifiers;
  }
}
