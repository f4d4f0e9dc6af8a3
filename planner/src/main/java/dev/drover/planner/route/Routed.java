package dev.drover.planner.route;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.context.LiteralRead;
import dev.drover.planner.plan.Plan;
import java.util.List;

/** A plan, and the literals that it depends on. */
public record Routed(Plan plan, List<LiteralRead> reads) {
  public Routed {
    requireNonNull(plan);
    reads = List.copyOf(reads);
  }
}
