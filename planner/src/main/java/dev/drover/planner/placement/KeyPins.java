package dev.drover.planner.placement;

import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the one leaf that each reference of a table is narrowed to. */
public final class KeyPins {
  /** More combinations of constants than this are not worth listing. */
  private static final int MAX_PINS = 64;

  private final FactFlow flow;

  public KeyPins(FactFlow flow) {
    this.flow = flow;
  }

  /**
   * A pin for every reference of a table that is placed by a key; empty when one has none, or when
   * a table's rows are placed by no key.
   */
  public Optional<Map<TableUse, Pin>> all(List<TableUse> tables) {
    Map<TableUse, Pin> pins = new LinkedHashMap<>();
    for (TableUse table : tables) {
      if (table.relation().distribution() instanceof Distribution.Replicated) {
        continue;
      }
      Optional<Pin> pin = single(table);
      if (pin.isEmpty()) {
        return Optional.empty();
      }
      pins.put(table, pin.get());
    }
    return pins.isEmpty() || !copiesCover(tables, pins) ? Optional.empty() : Optional.of(pins);
  }

  /** Replicated tables must be on every node that the pins may select. */
  private static boolean copiesCover(List<TableUse> tables, Map<TableUse, Pin> pins) {
    return tables.stream()
        .filter(t -> !pins.containsKey(t))
        .allMatch(
            t ->
                pins.values().stream()
                    .allMatch(
                        p -> t.relation().distribution().nodes().containsAll(p.shards().nodes())));
  }

  private Optional<Pin> single(TableUse table) {
    List<KeyValue> key = new ArrayList<>();
    for (Variable column : table.key()) {
      Optional<KeyValue> value = flow.of(table).constant(column);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      key.add(value.get());
    }
    return key.isEmpty() ? Optional.empty() : Optional.of(pin(table, key));
  }

  public static Pin pin(TableUse table, List<KeyValue> key) {
    return switch (table.relation().distribution()) {
      case Distribution.Hash(var id, _, var shards, var leaf) ->
          new Pin(id, shards, leaf, false, key);
      case Distribution.Modulo(var id, _, var shards, var leaf) ->
          new Pin(id, shards, leaf, true, key);
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          throw new IllegalStateException("no leaves: " + table.relation().name());
    };
  }

  /** The leaves that lists of constants narrow a table to; empty when they do not. */
  public List<Pin> several(TableUse table) {
    List<List<KeyValue>> keys = List.of(List.of());
    for (Variable column : table.key()) {
      List<KeyValue> values = flow.of(table).constants(column);
      if (values.isEmpty() || keys.size() * values.size() > MAX_PINS) {
        return List.of();
      }
      List<List<KeyValue>> longer = new ArrayList<>();
      for (List<KeyValue> key : keys) {
        for (KeyValue value : values) {
          List<KeyValue> more = new ArrayList<>(key);
          more.add(value);
          longer.add(List.copyOf(more));
        }
      }
      keys = longer;
    }
    return table.key().isEmpty() ? List.of() : keys.stream().map(k -> pin(table, k)).toList();
  }

  /** True when the pins select one slot of one group, whatever their values are. */
  public static boolean areOneSlot(List<Pin> pins) {
    Pin first = pins.getFirst();
    return pins.stream()
        .allMatch(
            p ->
                p.shards().equals(first.shards())
                    && p.modulo() == first.modulo()
                    && p.key().equals(first.key()));
  }
}
