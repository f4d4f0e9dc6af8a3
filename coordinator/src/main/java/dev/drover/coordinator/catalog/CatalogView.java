package dev.drover.coordinator.catalog;

import dev.drover.planner.catalog.CatalogSnapshot;
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
 */
public record CatalogView(
    CatalogSnapshot snapshot,
    FunctionCatalog functions,
    CatalogTypes types,
    boolean collationIsC,
    boolean shared,
    Map<String, Integer> roles) {
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
    this(snapshot, functions, types, collationIsC, shared, Map.of());
  }

  CatalogView withStatistics(Map<Integer, TableStatistics> byRelation) {
    return new CatalogView(
        snapshot.withStatistics(byRelation), functions, types, collationIsC, shared, roles);
  }
}
