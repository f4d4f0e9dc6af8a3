package dev.drover.tests.generated;

import java.util.List;

/** Expressions of a wanted type over the columns of a scope. */
final class Expressions {
  private static final int LEAF_PERCENT = 40;
  private static final int OUTER_PERCENT = 30;
  private static final int COLUMN_PERCENT = 80;
  private static final int SUBQUERY_PERCENT = 12;

  private final Generator generator;
  private final Dice dice;

  Expressions(Generator generator) {
    this.generator = generator;
    this.dice = generator.dice();
  }

  /**
   * An expression.
   *
   * @param depth how many operators may lie in one another
   */
  Part of(SqlType type, Scope scope, int depth) {
    if (depth <= 0 || dice.chance(LEAF_PERCENT)) {
      return leaf(type, scope);
    }
    Part leaf = leaf(type, scope);
    return new Part.Either(operation(type, scope, depth - 1), List.of(leaf));
  }

  /** A column where there is one, or a constant. */
  Part leaf(SqlType type, Scope scope) {
    boolean isOuter = dice.chance(OUTER_PERCENT) && !scope.outer(type).isEmpty();
    List<Scope.Column> columns = isOuter ? scope.outer(type) : scope.own(type);
    if (!columns.isEmpty() && dice.chance(COLUMN_PERCENT)) {
      return Part.of(dice.pick(columns).text());
    }
    return dice.chance(8) ? Part.of(type.cast("NULL")) : generator.constant(type);
  }

  private Part operation(SqlType type, Scope scope, int depth) {
    if (generator.canRead() && dice.chance(SUBQUERY_PERCENT)) {
      return generator.queries().scalar(type, scope);
    }
    return dice.chance(35) ? general(type, scope, depth) : special(type, scope, depth);
  }

  /** What every type has. */
  private Part general(SqlType type, Scope scope, int depth) {
    Part a = of(type, scope, depth);
    Part b = of(type, scope, depth);
    return dice.make(
        () -> Part.of("coalesce(", a, ", ", b, ")"),
        () -> Part.of("nullif(", a, ", ", b, ")"),
        () -> Part.of("greatest(", a, ", ", b, ")"),
        () -> Part.of("least(", a, ", ", b, ")"),
        () -> Part.of("CASE WHEN ", condition(scope, depth), " THEN ", a, " ELSE ", b, " END"),
        () -> simpleCase(type, scope, depth));
  }

  private Part simpleCase(SqlType type, Scope scope, int depth) {
    SqlType tested = dice.pick(List.of(SqlType.INTEGER, SqlType.TEXT, SqlType.NUMERIC));
    Part when = Part.of(" WHEN ", generator.constant(tested), " THEN ", of(type, scope, depth));
    Part more = Part.of(" WHEN ", of(tested, scope, depth), " THEN ", of(type, scope, depth));
    return Part.of("CASE ", of(tested, scope, depth), when, Part.extra(more), " END");
  }

  private Part condition(Scope scope, int depth) {
    return generator.predicates().of(scope, depth);
  }

  private Part special(SqlType type, Scope scope, int depth) {
    return switch (type) {
      case INTEGER -> integer(scope, depth);
      case BIGINT -> bigint(scope, depth);
      case NUMERIC -> numeric(scope, depth);
      case DOUBLE -> number(scope, depth);
      case TEXT -> text(scope, depth);
      case TEXT_C -> collatedText(scope, depth);
      case BOOLEAN -> Part.of("(", condition(scope, depth), ")");
      case DATE -> date(scope, depth);
      case TIMESTAMP -> timestamp(scope, depth);
      case JSONB -> json(scope, depth);
    };
  }

  private Part integer(Scope scope, int depth) {
    Part a = of(SqlType.INTEGER, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("(", a, " - ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("(", a, " * ", generator.constant(SqlType.INTEGER), ")"),
        () -> Part.of("(", a, " % 3)"),
        () -> Part.of("(", a, " / 2)"),
        () -> Part.of("abs(", a, ")"),
        () -> Part.of("(- ", a, ")"),
        () -> Part.of("length(", of(SqlType.TEXT, scope, depth), ")"),
        () -> Part.of("strpos(", of(SqlType.TEXT, scope, depth), ", 'a')"),
        () -> Part.of("(", of(SqlType.BOOLEAN, scope, depth), ")::integer"),
        () -> Part.of("(ARRAY[", a, ", ", of(SqlType.INTEGER, scope, depth), "])[2]"));
  }

  private Part bigint(Scope scope, int depth) {
    Part a = of(SqlType.BIGINT, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("(", a, " - ", of(SqlType.BIGINT, scope, depth), ")"),
        () -> Part.of("(", of(SqlType.INTEGER, scope, depth), ")::bigint"),
        () -> Part.of("abs(", a, ")"),
        () -> Part.of("(", a, " & 7)"));
  }

  private Part numeric(Scope scope, int depth) {
    Part a = of(SqlType.NUMERIC, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + ", of(SqlType.NUMERIC, scope, depth), ")"),
        () -> Part.of("(", a, " * ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("(", a, " / nullif(", of(SqlType.NUMERIC, scope, depth), ", 0))"),
        () -> Part.of("round(", a, ", 1)"),
        () -> Part.of("(", of(SqlType.INTEGER, scope, depth), ")::numeric"),
        () -> Part.of("(", a, ")::numeric(20, 2)"),
        () -> Part.of("EXTRACT(day FROM ", of(SqlType.TIMESTAMP, scope, depth), ")"));
  }

  /** Only what is exact in binary fractions. */
  private Part number(Scope scope, int depth) {
    Part a = of(SqlType.DOUBLE, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + ", of(SqlType.DOUBLE, scope, depth), ")"),
        () -> Part.of("(", a, " * 0.5::double precision)"),
        () -> Part.of("(- ", a, ")"),
        () -> Part.of("(", of(SqlType.INTEGER, scope, depth), ")::double precision"));
  }

  private Part text(Scope scope, int depth) {
    Part a = of(SqlType.TEXT, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " || ", of(SqlType.TEXT, scope, depth), ")"),
        () -> Part.of("(", a, " || ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("upper(", a, ")"),
        () -> Part.of("substring(", a, " FROM 1 FOR 1)"),
        () -> Part.of("concat(", a, ", ", of(SqlType.DATE, scope, depth), ")"),
        () -> Part.of("(", of(SqlType.INTEGER, scope, depth), ")::text"),
        () -> Part.of("trim(", a, ")"),
        () -> Part.of("replace(", a, ", 'a', 'x')"),
        () -> exactText(scope));
  }

  /** The look of a value whose equals may look different. */
  private Part exactText(Scope scope) {
    List<Scope.Column> documents = scope.exact(SqlType.JSONB);
    List<Scope.Column> numbers = scope.exact(SqlType.NUMERIC);
    if (documents.isEmpty() || numbers.isEmpty()) {
      return leaf(SqlType.TEXT, scope);
    }
    return dice.make(
        () -> Part.of("(", dice.pick(documents).text(), " ->> 'a')"),
        () -> Part.of("(", dice.pick(numbers).text(), ")::text"));
  }

  private Part collatedText(Scope scope, int depth) {
    Part a = of(SqlType.TEXT_C, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " || ", of(SqlType.TEXT_C, scope, depth), ")"),
        () -> Part.of("lower(", a, ")"),
        () -> Part.of("(", of(SqlType.TEXT, scope, depth), " COLLATE \"C\")"));
  }

  private Part date(Scope scope, int depth) {
    Part a = of(SqlType.DATE, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + ", generator.constant(SqlType.INTEGER), ")"),
        () -> Part.of("(", of(SqlType.TIMESTAMP, scope, depth), ")::date"));
  }

  private Part timestamp(Scope scope, int depth) {
    Part a = of(SqlType.TIMESTAMP, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " + interval '1 month')"),
        () -> Part.of("date_trunc('month', ", a, ")"),
        () -> Part.of("(", of(SqlType.DATE, scope, depth), ")::timestamp"));
  }

  private Part json(Scope scope, int depth) {
    Part a = of(SqlType.JSONB, scope, depth);
    return dice.make(
        () -> Part.of("(", a, " -> 'a')"),
        () -> Part.of("jsonb_build_object('k', ", of(SqlType.INTEGER, scope, depth), ")"),
        () -> Part.of("to_jsonb(", of(SqlType.TEXT, scope, depth), ")"),
        () -> Part.of("jsonb_build_array(", a, ", ", of(SqlType.BOOLEAN, scope, depth), ")"));
  }
}
