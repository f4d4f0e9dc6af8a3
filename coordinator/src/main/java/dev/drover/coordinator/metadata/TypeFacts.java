package dev.drover.coordinator.metadata;

import dev.drover.coordinator.catalog.CatalogTypes;
import dev.drover.coordinator.catalog.OidBearing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads names and make-up of all types. Those that are built in do not change and are read once.
 *
 * <p>Threads: immutable; calls block.
 */
public final class TypeFacts {
  /** Objects from here on are not built in. */
  static final int FIRST_USER_OID = 16384;

  private static final String BUILT_IN = "< " + FIRST_USER_OID;
  private static final String OTHERS = ">= " + FIRST_USER_OID;

  /** A type, its kind, and the type of a part: fields of a row one a line, in their order. */
  private static final String PARTS =
      """
      SELECT t.oid, 'a', t.typelem FROM pg_catalog.pg_type t
        WHERE t.oid %1$s AND t.typcategory = 'A'
          AND t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc
      UNION ALL SELECT t.oid, 'd', t.typbasetype FROM pg_catalog.pg_type t
        WHERE t.oid %1$s AND t.typtype = 'd'
      UNION ALL SELECT r.rngtypid, 'r', r.rngsubtype FROM pg_catalog.pg_range r
        WHERE r.rngtypid %1$s
      UNION ALL SELECT r.rngmultitypid, 'r', r.rngsubtype FROM pg_catalog.pg_range r
        WHERE r.rngmultitypid %1$s
      """;

  private static final String OBJECT_NAMES =
      """
      UNION ALL SELECT t.oid, 'n', 0 FROM pg_catalog.pg_type t
        WHERE t.typname LIKE 'reg%' AND t.typcategory = 'N' AND t.oid < 16384
      UNION ALL SELECT 'record'::regtype, 'u', 0\
      """;

  private static final String ROWS =
      """
      UNION ALL (SELECT c.reltype, 'c', a.atttypid FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid >= 16384 AND c.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.oid, a.attnum)\
      """;

  private final Map<Integer, String> builtInNames;
  private final Map<Integer, OidBearing> builtInParts;

  private TypeFacts(Map<Integer, String> builtInNames, Map<Integer, OidBearing> builtInParts) {
    this.builtInNames = Map.copyOf(builtInNames);
    this.builtInParts = Map.copyOf(builtInParts);
  }

  public static TypeFacts builtIn(CatalogQueries schema) {
    return new TypeFacts(
        names(schema, BUILT_IN), parts(schema, PARTS.formatted(BUILT_IN) + OBJECT_NAMES));
  }

  /** What is on the catalog node, as its connection sees it. */
  public CatalogTypes read(CatalogQueries schema) {
    Map<Integer, String> names = new HashMap<>(builtInNames);
    names.putAll(names(schema, OTHERS));
    Map<Integer, OidBearing> parts = new HashMap<>(builtInParts);
    parts.putAll(parts(schema, PARTS.formatted(OTHERS) + ROWS));
    return new CatalogTypes(names, bearing(parts));
  }

  private static Map<Integer, String> names(CatalogQueries schema, String which) {
    Map<Integer, String> names = new HashMap<>();
    String sql =
        "SELECT oid, pg_catalog.format_type(oid, -1) FROM pg_catalog.pg_type"
            + " WHERE typisdefined AND oid "
            + which;
    for (List<Optional<String>> row : schema.query(sql)) {
      names.put(oid(row.get(0)), row.get(1).orElseThrow());
    }
    return names;
  }

  private static Map<Integer, OidBearing> parts(CatalogQueries schema, String sql) {
    Map<Integer, OidBearing> all = new HashMap<>();
    Map<Integer, List<Integer>> rows = new HashMap<>();
    for (List<Optional<String>> row : schema.query(sql)) {
      int type = oid(row.get(0));
      int part = oid(row.get(2));
      switch (row.get(1).orElseThrow()) {
        case "a" -> all.put(type, new OidBearing.ArrayOf(part));
        case "d" -> all.put(type, new OidBearing.DomainOf(part));
        case "r" -> all.put(type, new OidBearing.RangeOf(part));
        case "n" -> all.put(type, new OidBearing.ObjectName());
        case "u" -> all.put(type, new OidBearing.AnyRow());
        default -> rows.computeIfAbsent(type, _ -> new ArrayList<>()).add(part);
      }
    }
    rows.forEach((type, fields) -> all.put(type, new OidBearing.RowOf(fields)));
    return all;
  }

  /** Those alone that hold an OID of the user's somewhere. */
  private static Map<Integer, OidBearing> bearing(Map<Integer, OidBearing> all) {
    Map<Integer, OidBearing> bearing = new HashMap<>();
    all.forEach(
        (type, parts) -> {
          if (bears(type, all, new HashSet<>())) {
            bearing.put(type, parts);
          }
        });
    return bearing;
  }

  private static boolean bears(int type, Map<Integer, OidBearing> all, Set<Integer> seen) {
    if (!all.containsKey(type) || !seen.add(type)) {
      return false;
    }
    return switch (all.get(type)) {
      case OidBearing.ArrayOf(int element) -> isUsers(element) || bears(element, all, seen);
      case OidBearing.RowOf(var fields) ->
          fields.stream().anyMatch(f -> isUsers(f) || bears(f, all, seen));
      case OidBearing.DomainOf(int base) -> bears(base, all, seen);
      case OidBearing.RangeOf(int bound) -> bears(bound, all, seen);
      case OidBearing.AnyRow _, OidBearing.ObjectName _ -> true;
    };
  }

  private static boolean isUsers(int oid) {
    return Integer.compareUnsigned(oid, FIRST_USER_OID) >= 0;
  }

  private static int oid(Optional<String> text) {
    return Integer.parseUnsignedInt(text.orElseThrow());
  }
}
