package dev.drover.planner.gather;

import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.sql.QueryBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * UNION of queries that the nodes compute by themselves, but whose equal rows may be on different
 * nodes: every node unites its own, and what comes of it is made distinct again.
 */
final class UnionParts {
  private final Analysis analysis;

  UnionParts(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Empty when it is not only UNION, or a branch cannot be computed by the nodes. */
  Optional<Placement> of(QueryInfo.Body body) {
    if (!(body instanceof QueryInfo.Pair(var operation, var left, var right))
        || operation.kind() != QueryBody.SetOperation.Kind.UNION) {
      return Optional.empty();
    }
    if (operation.all()) {
      return Optional.empty();
    }
    List<Integer> nodes = new ArrayList<>();
    List<Placement.Copies> copies = new ArrayList<>();
    boolean sound = branches(left, nodes, copies) && branches(right, nodes, copies);
    return sound && copies.stream().allMatch(c -> c.repeatable() && c.cover(nodes))
        ? Optional.of(
            new Placement.Parts(
                Optional.empty(), nodes.stream().distinct().sorted().toList(), List.of()))
        : Optional.empty();
  }

  /** All rows are made distinct in the end, so inner UNION and UNION ALL are one. */
  private boolean branches(
      QueryInfo.Body body, List<Integer> nodes, List<Placement.Copies> copies) {
    if (body instanceof QueryInfo.Pair(var operation, var left, var right)) {
      return operation.kind() == QueryBody.SetOperation.Kind.UNION
          && branches(left, nodes, copies)
          && branches(right, nodes, copies);
    }
    switch (analysis.placements().body(body)) {
      case Placement.Parts parts -> nodes.addAll(parts.nodes());
      case Placement.Copies copy -> copies.add(copy);
      case Placement.Refused _ -> {
        return false;
      }
    }
    return true;
  }
}
