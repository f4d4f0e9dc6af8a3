package dev.drover.planner.text;

import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Replaces {@code now()}, CURRENT_TIMESTAMP and their like by the transaction's one value, so that
 * all nodes see the same.
 */
public final class Clocks {
  private final Analysis analysis;
  private final Set<Span> unnamedTargets = new HashSet<>();

  public Clocks(Analysis analysis) {
    this.analysis = analysis;
    RelationNames.collect(analysis.parsed().statement(), QueryPart.Target.class).stream()
        .filter(t -> t.alias().isEmpty())
        .forEach(t -> unnamedTargets.add(t.value().span()));
  }

  /** For text that is no select list. */
  public Clocks withoutNames() {
    unnamedTargets.clear();
    return this;
  }

  /**
   * Whether an expression is replaced as a whole, and named where it is a target without a name.
   */
  public static boolean isClock(Analysis analysis, Expr expression) {
    return analysis.mentions().clocks().contains(expression)
        || analysis.mentions().calls().stream()
            .filter(Mentions.Call::inText)
            .map(Mentions.Call::call)
            .anyMatch(c -> c.equals(expression) && analysis.functions().isTransactionClock(c));
  }

  public void replaceIn(SpliceText text) {
    for (Mentions.Call call : analysis.mentions().calls()) {
      if (call.inText() && analysis.functions().isTransactionClock(call.call())) {
        replace(text, call.call().span(), "", call.call().name().local());
      }
    }
    for (Expr.Special clock : analysis.mentions().clocks()) {
      String name = clock.keyword().toLowerCase(Locale.ROOT);
      replace(text, clock.span(), cast(clock), name);
    }
  }

  private String cast(Expr.Special clock) {
    String precision =
        clock.children().isEmpty()
            ? ""
            : "(" + analysis.reads().source(clock.children().getFirst().span()) + ")";
    return switch (clock.keyword()) {
      case "CURRENT_DATE" -> "::date";
      case "CURRENT_TIME" -> "::timetz" + precision;
      case "LOCALTIME" -> "::time" + precision;
      case "LOCALTIMESTAMP" -> "::timestamp" + precision;
      default -> precision.isEmpty() ? "" : "::timestamptz" + precision;
    };
  }

  private void replace(SpliceText text, Span span, String cast, String name) {
    TextBuilder value = new TextBuilder().add("(").add(new SqlText.Piece.Now());
    value.add(cast).add(")");
    if (unnamedTargets.contains(span)) {
      value.add(" AS ").add(SqlNames.quote(name));
    }
    text.replace(span, value.build());
  }
}
