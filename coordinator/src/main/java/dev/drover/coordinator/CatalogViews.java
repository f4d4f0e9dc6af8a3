package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.metadata.CatalogLoader;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.metadata.TypeFacts;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.context.FunctionCatalog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a whole view: the snapshot, the functions' facts and the names of types. */
final class CatalogViews {
  private static final String COLLATION =
      "SELECT datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') FROM pg_catalog.pg_database"
          + " WHERE datname = pg_catalog.current_database()";

  private static final String ROLES = "SELECT rolname, oid FROM pg_catalog.pg_roles";

  private CatalogViews() {}

  static CatalogView load(CatalogQueries schema, CatalogQueries metadata, boolean shared) {
    CatalogSnapshot snapshot = new CatalogLoader(schema, metadata).load();
    boolean collationIsC = isTrue(schema.query(COLLATION).getFirst().getFirst());
    return new CatalogView(
        snapshot, functions(schema), TypeFacts.read(schema), collationIsC, shared, roles(schema));
  }

  private static Map<String, Integer> roles(CatalogQueries schema) {
    Map<String, Integer> roles = new HashMap<>();
    for (List<Optional<String>> row : schema.query(ROLES)) {
      roles.put(row.get(0).orElseThrow(), Integer.parseUnsignedInt(row.get(1).orElseThrow()));
    }
    return roles;
  }

  private static FunctionCatalog functions(CatalogQueries schema) {
    Set<String> volatiles = new HashSet<>();
    Set<String> stables = new HashSet<>();
    Set<String> aggregates = new HashSet<>();
    Set<String> setReturning = new HashSet<>();
    for (List<Optional<String>> row : schema.query(FunctionCatalog.QUERY)) {
      String name = row.get(0).orElseThrow();
      addIf(row.get(1), name, volatiles);
      addIf(row.get(2), name, stables);
      addIf(row.get(3), name, aggregates);
      addIf(row.get(4), name, setReturning);
    }
    return new FunctionCatalog(volatiles, stables, aggregates, setReturning);
  }

  private static void addIf(Optional<String> flag, String name, Set<String> names) {
    if (isTrue(flag)) {
      names.add(name);
    }
  }

  private static boolean isTrue(Optional<String> flag) {
    return flag.filter(f -> f.equals("t") || f.equals("true")).isPresent();
  }
}
