package dev.drover.planner.placement;

import dev.drover.planner.analysis.TableUse;
import java.util.Map;
import java.util.Optional;

/** The tables whose rows are sent elsewhere before a query runs. */
public record Moves(Map<TableUse, Move> byTable) {
  static final Moves NONE = new Moves(Map.of());

  /**
   * Where a table's rows are sent.
   *
   * @param relation the temporary relation that stands for the table there
   * @param placement of that relation's rows
   */
  public record Move(String relation, Placement placement) {}

  public Moves {
    byTable = Map.copyOf(byTable);
  }

  public Optional<Move> of(TableUse table) {
    return Optional.ofNullable(byTable.get(table));
  }

  /** True when each row is on one node, which a key tells. */
  public boolean isPlacedByKey(TableUse table) {
    Optional<Move> move = of(table);
    return move.isPresent()
        ? move.get().placement() instanceof Placement.Parts
        : !table.key().isEmpty();
  }
}
