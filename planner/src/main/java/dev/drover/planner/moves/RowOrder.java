package dev.drover.planner.moves;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.KnownTypes;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.sql.Expr;
import java.util.Set;

/**
 * Tells whether what a block computes depends on the order in which its rows come: then nodes that
 * compute it each from the same rows may disagree, where one server has one answer.
 */
final class RowOrder {
  private static final Set<String> NEVER =
      Set.of("count", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor");
  private static final Set<String> FOR_EXACT_NUMBERS = Set.of("sum", "avg");

  private final Analysis analysis;

  RowOrder(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Does a block compute from copies of rows what depends on their order? */
  boolean mattersForCopies() {
    return analysis.mentions().blocks().stream()
        .anyMatch(
            block ->
                matters(block) && analysis.placements().rows(block) instanceof Placement.Copies);
  }

  private boolean matters(Block block) {
    return block.select().map(s -> !s.distinctOn().isEmpty()).orElse(false)
        || block.calls().stream().anyMatch(call -> matters(call, block));
  }

  private boolean matters(Expr.FunctionCall call, Block block) {
    if (call.over().isPresent()) {
      return true;
    }
    if (!analysis.functions().isAggregate(call)) {
      return false;
    }
    String name = call.name().local();
    boolean never =
        NEVER.contains(name) || (FOR_EXACT_NUMBERS.contains(name) && isExact(call, block));
    return !never || !analysis.functions().isBuiltIn(call);
  }

  private static boolean isExact(Expr.FunctionCall call, Block block) {
    return call.arguments().stream()
        .allMatch(a -> KnownTypes.of(a.value(), block.scope()).isPresent());
  }
}
