package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.metadata.CatalogLoader;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.metadata.FunctionFacts;
import dev.drover.coordinator.metadata.SlotOwners;
import dev.drover.coordinator.metadata.TypeFacts;
import dev.drover.planner.catalog.CatalogSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads whole views: the snapshot, the functions' facts and the names of types.
 *
 * <p>Threads: immutable; calls block.
 */
record CatalogViews(FunctionFacts functions, TypeFacts types) {
  private static final String COLLATION =
      "SELECT datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') FROM pg_catalog.pg_database"
          + " WHERE datname = pg_catalog.current_database()";

  private static final String ROLES = "SELECT rolname, oid FROM pg_catalog.pg_roles";

  static CatalogViews of(CatalogQueries schema) {
    return new CatalogViews(FunctionFacts.builtIn(schema), TypeFacts.builtIn(schema));
  }

  CatalogView load(CatalogQueries schema, CatalogQueries metadata, boolean shared) {
    CatalogSnapshot snapshot = new CatalogLoader(schema, metadata).load();
    boolean collationIsC = isTrue(schema.query(COLLATION).getFirst().getFirst());
    return new CatalogView(
        snapshot,
        functions.read(schema),
        types.read(schema),
        collationIsC,
        shared,
        roles(schema),
        SlotOwners.newest(metadata));
  }

  private static Map<String, Integer> roles(CatalogQueries schema) {
    Map<String, Integer> roles = new HashMap<>();
    for (List<Optional<String>> row : schema.query(ROLES)) {
      roles.put(row.get(0).orElseThrow(), Integer.parseUnsignedInt(row.get(1).orElseThrow()));
    }
    return roles;
  }

  private static boolean isTrue(Optional<String> flag) {
    return flag.filter(f -> f.equals("t") || f.equals("true")).isPresent();
  }
}
