package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;

/** Aggregates whose results do not depend on the order of the rows. */
final class Aggregates {
  private static final int FILTER_PERCENT = 20;

  private final Generator generator;
  private final Expressions expressions;
  private final Dice dice;

  Aggregates(Generator generator) {
    this.generator = generator;
    this.expressions = generator.expressions();
    this.dice = generator.dice();
  }

  /** An aggregate of that type over the scope's own columns. */
  Part of(SqlType type, Scope all) {
    Scope scope = all.alone();
    Part call =
        switch (type) {
          case BIGINT -> count(scope);
          case NUMERIC -> numeric(scope);
          case DOUBLE -> floating(scope);
          case TEXT -> text(scope);
          case BOOLEAN -> truth(scope);
          case JSONB -> document(scope);
          case INTEGER -> integer(scope);
          case TEXT_C, DATE, TIMESTAMP -> extreme(type, scope);
        };
    if (!dice.chance(FILTER_PERCENT)) {
      return call;
    }
    Part filter = generator.predicates().of(scope, 0);
    return Part.of(call, Part.extra(" FILTER (WHERE ", filter, ")"));
  }

  private Part extreme(SqlType type, Scope scope) {
    return Part.of(dice.chance(50) ? "max(" : "min(", expressions.of(type, scope, 1), ")");
  }

  private Part integer(Scope scope) {
    Part a = expressions.of(SqlType.INTEGER, scope, 1);
    return dice.chance(80)
        ? extreme(SqlType.INTEGER, scope)
        : Part.of("percentile_disc(0.5) WITHIN GROUP (ORDER BY ", a, ")");
  }

  private Part count(Scope scope) {
    SqlType type = generator.anyType();
    Part a = expressions.of(type, scope, 1);
    Part number = expressions.of(SqlType.INTEGER, scope, 1);
    return dice.make(
        () -> Part.of("count(*)"),
        () -> Part.of("count(", a, ")"),
        () -> Part.of("count(DISTINCT ", a, ")"),
        () -> Part.of("sum(", number, ")"),
        () -> Part.of("sum(DISTINCT ", number, ")"),
        () -> extreme(SqlType.BIGINT, scope));
  }

  private Part numeric(Scope scope) {
    SqlType type = dice.pick(List.of(SqlType.BIGINT, SqlType.NUMERIC));
    SqlType any = dice.pick(List.of(SqlType.INTEGER, SqlType.BIGINT, SqlType.NUMERIC));
    String distinct = dice.chance(15) ? "DISTINCT " : "";
    return dice.make(
        () -> Part.of("sum(", distinct, expressions.of(type, scope, 1), ")"),
        () -> Part.of("avg(", distinct, expressions.of(any, scope, 1), ")"),
        () -> Part.of("var_pop(", expressions.leaf(SqlType.INTEGER, scope), ")"),
        () -> extreme(SqlType.NUMERIC, scope));
  }

  /** A sum only of column values, which are exact. */
  private Part floating(Scope scope) {
    List<Scope.Column> exact = scope.exact(SqlType.DOUBLE);
    return exact.isEmpty() || dice.chance(60)
        ? extreme(SqlType.DOUBLE, scope)
        : Part.of("sum(", dice.pick(exact).text(), ")");
  }

  private Part text(Scope scope) {
    Part a = expressions.of(SqlType.TEXT, scope, 1);
    List<Scope.Column> columns = scope.exact(SqlType.TEXT);
    if (columns.isEmpty() || dice.chance(60)) {
      return extreme(SqlType.TEXT, scope);
    }
    String column = dice.pick(columns).text();
    return dice.make(
        () -> Part.of("string_agg(", column, ", '-' ORDER BY ", column, " DESC)"),
        () -> Part.of("string_agg(DISTINCT ", a, ", ',')"),
        () -> Part.of("string_agg(", column, ", NULL ORDER BY ", column, ")"));
  }

  private Part truth(Scope scope) {
    Part a = expressions.of(SqlType.BOOLEAN, scope, 1);
    return Part.of(dice.pick(List.of("bool_and(", "bool_or(", "every(")), a, ")");
  }

  private Part document(Scope scope) {
    List<Scope.Column> columns = scope.own(SqlType.INTEGER);
    if (columns.isEmpty()) {
      return Part.of("jsonb_agg(true)");
    }
    String column = dice.pick(columns).text();
    return Part.of("jsonb_agg(", column, " ORDER BY ", column, ")");
  }

  /** GROUP BY of these columns, with the empty and other sets at times. */
  Part grouping(List<Scope.Column> keys) {
    List<Part> names = new ArrayList<>(keys.stream().map(key -> Part.of(key.text())).toList());
    Part plain = Part.fixed(names);
    if (keys.size() < 2 || dice.chance(70)) {
      return Part.of(" GROUP BY ", plain);
    }
    String first = keys.getFirst().text();
    return dice.make(
        () -> Part.of(" GROUP BY ROLLUP (", plain, ")"),
        () -> Part.of(" GROUP BY CUBE (", plain, ")"),
        () -> Part.of(" GROUP BY GROUPING SETS ((", plain, "), (", first, "), ())"),
        () -> Part.of(" GROUP BY DISTINCT ", first, ", ROLLUP (", plain, ")"));
  }
}
