package dev.drover.coordinator.catalog;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.catalog.TableStatistics;
import dev.drover.planner.context.FunctionCatalog;
import java.util.Map;

/**
 * The catalog under which statements are planned: the shared one, or the private one of a
 * transaction that has changed the schema.
 *
 * <p>Threads: immutable.
 *
 * @param collationIsC text without a COLLATE clause is compared byte by byte
 * @param roles their OIDs by their names
 * @param shared false for a transaction's own view, whose plans nobody else may use
 * @param slotChange the newest change of slots' owners that it has
 */
public record CatalogView(
    CatalogSnapshot snapshot,
    FunctionCatalog functions,
    CatalogTypes types,
    boolean collationIsC,
    boolean shared,
    Map<String, Integer> roles,
    long slotChange) {
  public CatalogView {
    roles = Map.copyOf(roles);
  }

  /** One whose roles do not matter. */
  public CatalogView(
      CatalogSnapshot snapshot,
      FunctionCatalog functions,
      CatalogTypes types,
      boolean collationIsC,
      boolean shared) {
    this(snapshot, functions, types, collationIsC, shared, Map.of(), 0);
  }

  CatalogView withStatistics(Map<Integer, TableStatistics> byRelation) {
    return with(snapshot.withStatistics(byRelation), slotChange);
  }

  /** The same after changes of slots' owners alone. */
  public CatalogView withShards(Map<Integer, ShardMap> byGroup, long newestChange) {
    return with(snapshot.withShards(byGroup), newestChange);
  }

  private CatalogView with(CatalogSnapshot other, long newestChange) {
    return new CatalogView(other, functions, types, collationIsC, shared, roles, newestChange);
  }
}
