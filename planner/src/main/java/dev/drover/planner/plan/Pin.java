package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.ShardMap;
import java.util.List;

/**
 * One leaf of a hash or modulo table, selected by the value of its key.
 *
 * @param modulo the slot is the value modulo the number of slots, not its hash
 */
public record Pin(
    int distributionId, ShardMap shards, String leafName, boolean modulo, List<KeyValue> key) {
  public Pin {
    requireNonNull(shards);
    requireNonNull(leafName);
    key = List.copyOf(key);
  }
}
