package dev.drover.planner.route;

import dev.drover.planner.context.Unsupported;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.TextBuilder;
import java.util.Optional;

/**
 * Puts the text that yields a plan's rows into another text.
 *
 * @param before what stands before it
 * @param after what stands behind it
 */
record Wrapping(SqlText before, SqlText after) {
  /** The plan must not count or merge rows in the coordinator. */
  Plan around(Plan plan) {
    return switch (plan) {
      case Plan.Local(var text, var pins, var changes, var notifies) ->
          new Plan.Local(around(text), pins, changes, notifies);
      case Plan.OneNode(var text, var pins, var writes, var otherwise, _) -> {
        Optional<Plan> other = otherwise.map(this::around);
        yield new Plan.OneNode(around(text), pins, writes, other);
      }
      case Plan.AnyNode(var text, var nodes, var writes) ->
          new Plan.AnyNode(around(text), nodes, writes);
      case Plan.AllNodes(var text, var nodes, var pins, var combine, var writes, var marked)
          when combine.equals(Combine.ALL_ROWS) ->
          new Plan.AllNodes(around(text), nodes, pins, combine, writes, marked);
      case Plan.Fragments(var exchanges, var last, var combine, var afterWrites)
          when combine.equals(Combine.ALL_ROWS) -> {
        Fragment wrapped =
            new Fragment(around(last.text()), last.site(), last.inputs(), last.readsTables());
        Optional<Plan> other = afterWrites.map(this::around);
        yield new Plan.Fragments(exchanges, wrapped, combine, other);
      }
      case Plan.Change(var tables, var rows, var statement, var verb) ->
          new Plan.Change(tables, rows, around(statement), verb);
      default -> throw Unsupported.error("queries of this form as the source of rows");
    };
  }

  private SqlText around(SqlText text) {
    return new TextBuilder().add(before).add(text).add(after).build();
  }
}
