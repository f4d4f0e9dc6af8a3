package dev.drover.planner.placement;

import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.sql.Span;
import java.util.List;
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
   * @param met conditions that have left out all other rows before, where they stand in the text
   */
  public record Move(String relation, Placement placement, List<Span> met) {
    public Move {
      met = List.copyOf(met);
    }
  }

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
