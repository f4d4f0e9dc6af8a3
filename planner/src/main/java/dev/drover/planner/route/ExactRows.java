package dev.drover.planner.route;

import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.ExactText;
import java.util.List;
import java.util.Optional;

/** A query's plan, changed so that its rows lose nothing when they are kept elsewhere as texts. */
public final class ExactRows {
  private final List<Boolean> inexact;

  private ExactRows(List<Boolean> inexact) {
    this.inexact = inexact;
  }

  /** {@code types} of the query's columns, as OIDs. */
  public static Plan of(Plan plan, List<Integer> types) {
    return new ExactRows(types.stream().map(ExactText::isNeeded).toList()).exact(plan);
  }

  private Plan exact(Plan plan) {
    return switch (plan) {
      case Plan.Local(var text, var pins, var changes, var notifies) ->
          new Plan.Local(exact(text, 0), pins, changes, notifies);
      case Plan.OneNode(var text, var pins, var writes, var otherwise, var literals) -> {
        Optional<Plan> other = otherwise.map(this::exact);
        yield new Plan.OneNode(exact(text, 0), pins, writes, other, literals);
      }
      case Plan.AnyNode(var text, var nodes, var writes) ->
          new Plan.AnyNode(exact(text, 0), nodes, writes);
      case Plan.AllNodes all ->
          new Plan.AllNodes(
              exact(all.text(), hidden(all.combine())),
              all.nodes(),
              all.pins(),
              all.combine(),
              all.writes(),
              all.marked());
      case Plan.Fragments(var exchanges, var last, var combine, var afterWrites) -> {
        SqlText text = exact(last.text(), hidden(combine));
        Fragment rows = new Fragment(text, last.site(), last.inputs(), last.readsTables());
        yield new Plan.Fragments(exchanges, rows, combine, afterWrites.map(this::exact));
      }
      default -> plan;
    };
  }

  private SqlText exact(SqlText text, int hidden) {
    return ExactText.ofRows(text, inexact, hidden);
  }

  private static int hidden(Combine combine) {
    return combine instanceof Combine.Merge(var keys, _) ? keys.size() : 0;
  }
}
