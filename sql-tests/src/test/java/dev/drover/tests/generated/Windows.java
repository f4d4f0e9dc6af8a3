package dev.drover.tests.generated;

import java.util.List;

/** Window functions whose results do not depend on the order of equal rows. */
final class Windows {
  private static final List<SqlType> TYPES =
      List.of(SqlType.BIGINT, SqlType.INTEGER, SqlType.NUMERIC, SqlType.TEXT);
  private static final List<String> PEER_FRAMES =
      List.of(
          "",
          " RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
          " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
          " RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING",
          " GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP");
  private static final List<String> ROW_FRAMES =
      List.of(
          "",
          " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
          " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW",
          " ROWS 2 PRECEDING");

  private final Generator generator;
  private final Dice dice;

  Windows(Generator generator) {
    this.generator = generator;
    this.dice = generator.dice();
  }

  /** The types that a window function may have here. */
  SqlType type() {
    return dice.pick(TYPES);
  }

  /** A call with its window. */
  Part of(SqlType type, Scope all) {
    Scope scope = all.alone();
    boolean isTotal = scope.rowIds().filter(ids -> !ids.isEmpty()).isPresent();
    return isTotal && dice.chance(50) ? ordered(type, scope) : peers(type, scope);
  }

  private Part peers(SqlType type, Scope scope) {
    Part value = generator.expressions().of(type, scope, 1);
    Part call =
        switch (type) {
          case BIGINT -> Part.of(dice.pick(List.of("rank()", "dense_rank()", "count(*)")));
          case NUMERIC -> Part.of("sum(", value, ")");
          default -> Part.of(dice.chance(50) ? "max(" : "min(", value, ")");
        };
    Part order = Part.of(" ORDER BY ", generator.expressions().leaf(SqlType.INTEGER, scope));
    String frame = isRank(call) ? "" : dice.pick(PEER_FRAMES);
    return Part.of(call, " OVER (", partition(scope), order, frame, ")");
  }

  /** Ranks know no frame. */
  private static boolean isRank(Part call) {
    return Text.inline(call, 0).sql().contains("rank");
  }

  private Part ordered(SqlType type, Scope scope) {
    Part value = generator.expressions().of(type, scope, 1);
    String ids = String.join(", ", scope.rowIds().orElseThrow());
    Part key = generator.expressions().leaf(generator.anyType(), scope);
    String direction = dice.pick(List.of("", " DESC", " NULLS FIRST", " DESC NULLS LAST"));
    Part call =
        type == SqlType.BIGINT
            ? Part.of("row_number()")
            : dice.make(
                () -> Part.of("lag(", value, ")"),
                () -> Part.of("lead(", value, ", 2)"),
                () -> Part.of("first_value(", value, ")"),
                () -> Part.of("last_value(", value, ")"),
                () -> Part.of("nth_value(", value, ", 2)"));
    Part order = Part.of(" ORDER BY ", key, direction, ", ", ids);
    return Part.of(call, " OVER (", partition(scope), order, dice.pick(ROW_FRAMES), ")");
  }

  private Part partition(Scope scope) {
    if (dice.chance(35)) {
      return Part.none();
    }
    return Part.extra("PARTITION BY ", generator.expressions().leaf(generator.anyType(), scope));
  }
}
