package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.ShardMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which node has which slot, of all colocation groups, and whether anything else has changed.
 *
 * <p>Each change of the catalog has the number that the GTM gave it. Those that were changes of
 * slots' owners and nothing else have written that number down, in their own transactions. So
 * whoever knows the catalog of one number needs to read no more than the owners if all later
 * numbers are there. They count only if they were not there when that catalog was read: a GTM that
 * has lost its state counts from the beginning.
 *
 * @param newest id of the newest change of owners
 */
public record SlotOwners(Map<Integer, ShardMap> byGroup, long newest) {
  /** Who has seen less than so many changes ago reads everything. */
  private static final int KEPT = 1000;

  public SlotOwners {
    byGroup = Map.copyOf(byGroup);
    requireNonNull(byGroup);
  }

  /** To be run by a transaction that changes nothing else, when its change has its number. */
  public static String noted(long version) {
    return """
    INSERT INTO drover.slot_changes (version) VALUES (%d); \
    DELETE FROM drover.slot_changes WHERE id <= (SELECT max(id) FROM drover.slot_changes) - %d\
    """
        .formatted(version, KEPT);
  }

  /** The newest change that can be seen. */
  public static long newest(CatalogQueries queries) {
    String sql = "SELECT coalesce(max(id), 0) FROM drover.slot_changes";
    return new Values(queries.query(sql).getFirst()).bigNumber(0);
  }

  /**
   * The owners at one moment, if nothing else has changed since a catalog was read.
   *
   * @param known the newest change of owners that was seen with it
   * @param from its number
   * @param to the newest number
   */
  public static Optional<SlotOwners> since(CatalogQueries queries, long known, long from, long to) {
    String sql =
        """
        SELECT g.id, g.slots, g.moves, c.newest, c.count \
        FROM drover.colocation_groups g, \
        (SELECT max(id) AS newest, count(DISTINCT version) AS count FROM drover.slot_changes \
        WHERE id > %d AND version > %d AND version <= %d) c\
        """
            .formatted(known, from, to);
    List<Values> rows = queries.query(sql).stream().map(Values::new).toList();
    if (to <= from || rows.isEmpty() || rows.getFirst().bigNumber(4) != to - from) {
      return Optional.empty();
    }
    return Optional.of(new SlotOwners(maps(rows), rows.getFirst().bigNumber(3)));
  }

  static Map<Integer, ShardMap> all(CatalogQueries queries) {
    return maps(
        queries.query("SELECT id, slots, moves FROM drover.colocation_groups").stream()
            .map(Values::new)
            .toList());
  }

  private static Map<Integer, ShardMap> maps(List<Values> rows) {
    Map<Integer, ShardMap> maps = new HashMap<>();
    for (Values v : rows) {
      maps.put(v.number(0), ShardMap.of(v.number(0), array(v.numbers(1)), array(v.numbers(2))));
    }
    return maps;
  }

  private static int[] array(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }
}
