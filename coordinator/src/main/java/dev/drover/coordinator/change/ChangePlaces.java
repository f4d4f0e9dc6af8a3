package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.insert.TargetSlots;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.plan.ChangedTable;
import java.util.List;

/**
 * Where rows lie and where they belong, of a table that is changed.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ChangePlaces {
  private static final int ON_ALL = -1;

  private final ChangedTable table;
  private final TargetSlots slots;

  ChangePlaces(ChangedTable table) {
    this.table = table;
    this.slots = new TargetSlots(table.target());
  }

  /** The relation to name in a change of rows at that place. */
  String relation(String place) {
    return isSlotted() ? place : table.table();
  }

  /** The node of a place; of a replicated table the one that is changed first. */
  int node(String place) {
    return switch (table.target().distribution()) {
      case Distribution.Hash(_, _, var shards, _) -> shards.nodeOf(Rendering.slot(place));
      case Distribution.Modulo(_, _, var shards, _) -> shards.nodeOf(Rendering.slot(place));
      case Distribution.RoundRobin _ -> Integer.parseInt(place);
      case Distribution.Replicated replicated -> replicated.primary();
      case Distribution.CatalogNode _ -> throw new IllegalStateException("not distributed");
    };
  }

  /** True when a row with these values for all columns of the target belongs to another place. */
  boolean hasMoved(String place, List<byte[]> row) {
    return isSlotted() && Rendering.slot(place) != slotOf(row);
  }

  private int slotOf(List<byte[]> row) {
    return switch (table.target().distribution()) {
      case Distribution.Hash(_, _, ShardMap shards, _) -> slots.of(row, shards.modulus());
      case Distribution.Modulo(_, _, ShardMap shards, _) -> slots.moduloOf(row, shards.modulus());
      case Distribution.RoundRobin _, Distribution.Replicated _, Distribution.CatalogNode _ ->
          ON_ALL;
    };
  }

  private boolean isSlotted() {
    return table.target().distribution() instanceof Distribution.Hash
        || table.target().distribution() instanceof Distribution.Modulo;
  }
}
