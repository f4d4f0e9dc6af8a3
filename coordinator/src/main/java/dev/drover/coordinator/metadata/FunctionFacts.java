package dev.drover.coordinator.metadata;

import dev.drover.planner.context.FunctionCatalog;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what is to be known of functions by their names. The thousands that are built in are read
 * once; afterwards only the others, and those of the built-in ones that somebody has altered.
 *
 * <p>Threads: immutable; calls block.
 */
public final class FunctionFacts {
  private static final String NOW = "SELECT pg_catalog.pg_snapshot_xmin(pg_current_snapshot())";

  /** One row per name: name, volatile, stable, aggregate, set-returning. */
  private static final String NAMES =
      """
      SELECT proname, bool_or(provolatile = 'v'), bool_or(provolatile = 's'),
             bool_or(prokind = 'a'), bool_or(proretset)
      FROM pg_catalog.pg_proc
      WHERE %s
      GROUP BY proname
      HAVING bool_or(provolatile <> 'i') OR bool_or(prokind = 'a') OR bool_or(proretset)\
      """;

  private static final String BUILT_IN = NAMES.formatted("oid < " + TypeFacts.FIRST_USER_OID);

  private final FunctionCatalog builtIn;
  private final String others;

  private FunctionFacts(FunctionCatalog builtIn, String others) {
    this.builtIn = builtIn;
    this.others = others;
  }

  public static FunctionFacts builtIn(CatalogQueries schema) {
    String now = schema.query(NOW).getFirst().getFirst().orElseThrow();
    String others =
        "oid >= %d OR age(xmin) <= age('%s'::xid8::xid)".formatted(TypeFacts.FIRST_USER_OID, now);
    FunctionCatalog none = new FunctionCatalog(Set.of(), Set.of(), Set.of(), Set.of());
    return new FunctionFacts(with(none, schema.query(BUILT_IN)), NAMES.formatted(others));
  }

  /** What is on the catalog node, as its connection sees it. */
  public FunctionCatalog read(CatalogQueries schema) {
    return with(builtIn, schema.query(others));
  }

  private static FunctionCatalog with(FunctionCatalog known, List<List<Optional<String>>> rows) {
    Set<String> volatiles = new HashSet<>(known.volatiles());
    Set<String> stables = new HashSet<>(known.stables());
    Set<String> aggregates = new HashSet<>(known.aggregates());
    Set<String> setReturning = new HashSet<>(known.setReturning());
    for (Values row : rows.stream().map(Values::new).toList()) {
      addIf(row.isTrue(1), row.text(0), volatiles);
      addIf(row.isTrue(2), row.text(0), stables);
      addIf(row.isTrue(3), row.text(0), aggregates);
      addIf(row.isTrue(4), row.text(0), setReturning);
    }
    return new FunctionCatalog(volatiles, stables, aggregates, setReturning);
  }

  private static void addIf(boolean isSo, String name, Set<String> names) {
    if (isSo) {
      names.add(name);
    }
  }
}
