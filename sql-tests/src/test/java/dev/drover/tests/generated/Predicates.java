package dev.drover.tests.generated;

import java.util.List;

/** Conditions over the columns of a scope. */
final class Predicates {
  private static final List<String> COMPARISONS = List.of("=", "<>", "<", "<=", ">", ">=", "=");
  private static final int SUBQUERY_PERCENT = 18;
  private static final int CONNECTIVE_PERCENT = 45;

  private final Generator generator;
  private final Expressions expressions;
  private final Dice dice;

  Predicates(Generator generator) {
    this.generator = generator;
    this.expressions = generator.expressions();
    this.dice = generator.dice();
  }

  /** A condition; mostly one that some rows meet and others do not. */
  Part of(Scope scope, int depth) {
    if (depth > 0 && dice.chance(CONNECTIVE_PERCENT)) {
      Part left = of(scope, depth - 1);
      Part right = of(scope, depth - 1);
      Part both =
          dice.make(
              () -> Part.of("(", left, " AND ", right, ")"),
              () -> Part.of("(", left, " OR ", right, ")"),
              () -> Part.of("(NOT (", left, "))"));
      return new Part.Either(both, List.of(left, right));
    }
    boolean hasSubquery = generator.canRead() && dice.chance(SUBQUERY_PERCENT);
    return hasSubquery ? subquery(scope) : simple(scope, depth);
  }

  private Part simple(Scope scope, int depth) {
    SqlType type = generator.anyType();
    Part a = expressions.of(type, scope, depth);
    return dice.make(
        () -> comparison(type, a, scope, depth),
        () -> comparison(type, a, scope, depth),
        () -> comparison(type, a, scope, depth),
        () -> Part.of(a, dice.chance(50) ? " IS NULL" : " IS NOT NULL"),
        () -> distinct(type, a, scope, depth),
        () -> inList(type, a, scope, depth),
        () -> between(type, a, scope),
        () -> Part.of(a, " = ANY (ARRAY[", constant(type), ", ", constant(type), "])"),
        () -> textual(scope, depth),
        () -> document(scope, depth),
        () -> truth(scope, depth),
        () -> row(scope));
  }

  private Part comparison(SqlType type, Part a, Scope scope, int depth) {
    return Part.of(a, " ", dice.pick(COMPARISONS), " ", expressions.of(type, scope, depth));
  }

  private Part distinct(SqlType type, Part a, Scope scope, int depth) {
    String test = dice.chance(50) ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ";
    return Part.of(a, test, expressions.of(type, scope, depth));
  }

  private Part inList(SqlType type, Part a, Scope scope, int depth) {
    Part items =
        Part.list(List.of(constant(type), constant(type), expressions.of(type, scope, depth - 1)));
    return Part.of(a, dice.chance(70) ? " IN (" : " NOT IN (", items, ")");
  }

  private Part between(SqlType type, Part a, Scope scope) {
    String test = dice.pick(List.of(" BETWEEN ", " NOT BETWEEN ", " BETWEEN SYMMETRIC "));
    return Part.of(a, test, constant(type), " AND ", expressions.leaf(type, scope));
  }

  private Part textual(Scope scope, int depth) {
    Part a = expressions.of(SqlType.TEXT, scope, depth);
    return dice.make(
        () -> Part.of(a, " LIKE 'a%'"),
        () -> Part.of(a, " NOT LIKE '_'"),
        () -> Part.of(a, " ILIKE ", expressions.leaf(SqlType.TEXT, scope), " ESCAPE ''"),
        () -> Part.of(a, " ~ '^[a-c]'"),
        () -> Part.of(a, " SIMILAR TO '(a|b)%'"),
        () -> Part.of("starts_with(", a, ", 'a')"));
  }

  private Part document(Scope scope, int depth) {
    Part a = expressions.of(SqlType.JSONB, scope, depth);
    return dice.make(
        () -> Part.of(a, " @> '{\"a\": 1}'"),
        () -> Part.of(a, " ? 'a'"),
        () -> Part.of("jsonb_typeof(", a, ") = 'object'"),
        () -> Part.of(a, " IS NOT NULL"));
  }

  private Part truth(Scope scope, int depth) {
    Part a = expressions.of(SqlType.BOOLEAN, scope, depth);
    String test =
        dice.pick(List.of("", " IS TRUE", " IS NOT TRUE", " IS UNKNOWN", " IS NOT FALSE"));
    return Part.of(a, test);
  }

  private Part row(Scope scope) {
    SqlType first = generator.anyType();
    SqlType second = generator.anyType();
    Part left = Part.of(expressions.leaf(first, scope), ", ", expressions.leaf(second, scope));
    Part right = Part.of(expressions.leaf(first, scope), ", ", expressions.leaf(second, scope));
    return Part.of("(", left, ") ", dice.pick(COMPARISONS), " (", right, ")");
  }

  private Part subquery(Scope scope) {
    Queries queries = generator.queries();
    SqlType type = generator.anyType();
    Part a = expressions.of(type, scope, 1);
    String comparison = dice.pick(COMPARISONS);
    String quantifier = dice.chance(50) ? " ANY (" : " ALL (";
    return dice.make(
        () -> Part.of("EXISTS (", queries.any(scope), ")"),
        () -> Part.of("NOT EXISTS (", queries.any(scope), ")"),
        () -> Part.of(a, " IN (", queries.column(type, scope), ")"),
        () -> Part.of(a, " NOT IN (", queries.column(type, scope), ")"),
        () -> Part.of(a, " ", comparison, quantifier, queries.column(type, scope), ")"),
        () -> rowIn(scope));
  }

  private Part rowIn(Scope scope) {
    List<SqlType> types = List.of(generator.anyType(), SqlType.INTEGER);
    Part row = Part.fixed(types.stream().map(type -> expressions.leaf(type, scope)).toList());
    Query query = generator.queries().plain(types, scope.inner(), 1);
    return Part.of("(", row, dice.chance(70) ? ") IN (" : ") NOT IN (", query.sql(), ")");
  }

  private Part constant(SqlType type) {
    return generator.constant(type);
  }
}
