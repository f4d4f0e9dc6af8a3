package dev.drover.planner.context;

import java.util.Map;
import java.util.Optional;

/** Names of types, usable in a cast on every node. */
@FunctionalInterface
public interface TypeNames {
  /** The types of {@code pg_catalog} that results are mostly made of. */
  Map<Integer, String> BUILT_IN =
      Map.ofEntries(
          Map.entry(16, "boolean"),
          Map.entry(17, "bytea"),
          Map.entry(18, "\"char\""),
          Map.entry(19, "name"),
          Map.entry(20, "bigint"),
          Map.entry(21, "smallint"),
          Map.entry(23, "integer"),
          Map.entry(25, "text"),
          Map.entry(26, "oid"),
          Map.entry(114, "json"),
          Map.entry(142, "xml"),
          Map.entry(650, "cidr"),
          Map.entry(700, "real"),
          Map.entry(701, "double precision"),
          Map.entry(790, "money"),
          Map.entry(829, "macaddr"),
          Map.entry(869, "inet"),
          Map.entry(1000, "boolean[]"),
          Map.entry(1005, "smallint[]"),
          Map.entry(1007, "integer[]"),
          Map.entry(1009, "text[]"),
          Map.entry(1015, "character varying[]"),
          Map.entry(1016, "bigint[]"),
          Map.entry(1021, "real[]"),
          Map.entry(1022, "double precision[]"),
          Map.entry(1042, "bpchar"),
          Map.entry(1043, "character varying"),
          Map.entry(1082, "date"),
          Map.entry(1083, "time without time zone"),
          Map.entry(1114, "timestamp without time zone"),
          Map.entry(1115, "timestamp without time zone[]"),
          Map.entry(1182, "date[]"),
          Map.entry(1184, "timestamp with time zone"),
          Map.entry(1185, "timestamp with time zone[]"),
          Map.entry(1186, "interval"),
          Map.entry(1231, "numeric[]"),
          Map.entry(1266, "time with time zone"),
          Map.entry(1560, "bit"),
          Map.entry(1562, "bit varying"),
          Map.entry(1700, "numeric"),
          Map.entry(2950, "uuid"),
          Map.entry(2951, "uuid[]"),
          Map.entry(3802, "jsonb"));

  /** The type's name without a modifier; empty when it is not known. */
  Optional<String> name(int typeOid);

  /** The built-in types only. */
  static TypeNames builtIn() {
    return oid -> Optional.ofNullable(BUILT_IN.get(oid));
  }
}
