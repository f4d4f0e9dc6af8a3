package dev.drover.planner.relational;

import dev.drover.planner.plan.Pin;
import java.util.ArrayList;
import java.util.List;

/**
 * Leaves out the nodes of a fragment whose rows cannot matter.
 *
 * <p>Sound where every table in parts is narrowed to leaves by constants, and rows that have moved
 * are the same on all nodes: what such a fragment yields elsewhere comes of no row.
 */
final class Pruning {
  private Pruning() {}

  /** The leaves whose nodes are enough; empty when all nodes of the fragment take part. */
  static List<Pin> pins(Rows rows) {
    List<Pin> pins = new ArrayList<>();
    return add(rows, pins) ? pins.stream().distinct().toList() : List.of();
  }

  private static boolean add(Rows rows, List<Pin> pins) {
    return switch (rows) {
      case Rows.Scan scan -> {
        pins.addAll(scan.pins());
        yield !scan.spot().isParts() || !scan.pins().isEmpty();
      }
      case Rows.Moved moved -> !moved.to().isParts();
      case Rows.Where _, Rows.Compute _, Rows.Join _, Rows.Group _ ->
          rows.inputs().stream().allMatch(input -> add(input, pins));
    };
  }
}
