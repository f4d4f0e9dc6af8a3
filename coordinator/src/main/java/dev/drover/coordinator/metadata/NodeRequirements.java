package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server must offer to be a datanode: settings, encoding, collation versions, a superuser,
 * and the hash functions that routing counts on.
 *
 * <p>Threads: confined to the caller's; calls block.
 */
public final class NodeRequirements {
  private static final int MIN_VERSION = 150000;
  private static final int MIN_LOCKS_PER_TRANSACTION = 256;
  private static final int VERSION_UNIT = 10000;
  private static final int MODULUS = 32;
  private static final int LARGE_MODULUS = 2147483647;

  private final CatalogQueries node;
  private final List<String> unmet = new ArrayList<>();

  private NodeRequirements(CatalogQueries node) {
    this.node = node;
  }

  /**
   * What is asked of every server of a cluster, read from the catalog node.
   *
   * @param preparedTransactions how many transactions of all coordinators may be prepared at once;
   *     every one of them may come to each server
   */
  public record ClusterFacts(int majorVersion, String collationVersion, int preparedTransactions) {
    public static ClusterFacts of(CatalogQueries catalog) {
      return new ClusterFacts(
          version(catalog) / VERSION_UNIT,
          collation(catalog),
          Integer.parseInt(single(catalog, "SELECT current_setting('max_prepared_transactions')")));
    }
  }

  /**
   * Checks a server before it becomes a datanode.
   *
   * @param node a connection of the superuser to the server
   * @throws SqlError 55000 naming each requirement that is not met
   */
  public static void check(String name, CatalogQueries node, ClusterFacts cluster) {
    NodeRequirements requirements = new NodeRequirements(node);
    requirements.settings(cluster);
    requirements.hashes();
    if (!requirements.unmet.isEmpty()) {
      throw SqlError.of(
              SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
              "server of node \"%s\" does not meet the requirements".formatted(name))
          .withDetail(requirements.unmet.stream().map(u -> u + ".").collect(joining(" ")));
    }
  }

  /**
   * The start-up self test: does the server place rows as routing does?
   *
   * @throws SqlError 55000 naming the types that it places otherwise
   */
  public static void checkHashes(String name, CatalogQueries node) {
    NodeRequirements requirements = new NodeRequirements(node);
    requirements.hashes();
    if (!requirements.unmet.isEmpty()) {
      throw SqlError.of(
              SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
              "node \"%s\" does not hash as the other nodes do".formatted(name))
          .withDetail(requirements.unmet.stream().map(u -> u + ".").collect(joining(" ")));
    }
  }

  private void settings(ClusterFacts cluster) {
    int version = version(node);
    require(version >= MIN_VERSION, "PostgreSQL 15 or newer is needed");
    require(
        version / VERSION_UNIT == cluster.majorVersion(),
        "PostgreSQL %d is needed, as on the catalog node".formatted(cluster.majorVersion()));
    require(
        number("max_prepared_transactions") >= cluster.preparedTransactions(),
        "max_prepared_transactions must be at least " + cluster.preparedTransactions());
    require(
        number("max_locks_per_transaction") >= MIN_LOCKS_PER_TRANSACTION,
        "max_locks_per_transaction must be at least " + MIN_LOCKS_PER_TRANSACTION);
    require(setting("wal_level").equals("logical"), "wal_level must be logical");
    require(setting("server_encoding").equals("UTF8"), "the database's encoding must be UTF8");
    String threshold = setting("old_snapshot_threshold");
    require(threshold.isEmpty() || threshold.equals("-1"), "old_snapshot_threshold must be -1");
    require(setting("is_superuser").equals("on"), "the role that connects must be a superuser");
    require(
        collation(node).equals(cluster.collationVersion()),
        "collations must have the catalog node's versions (%s)"
            .formatted(cluster.collationVersion()));
  }

  private void require(boolean met, String requirement) {
    if (!met) {
      unmet.add(requirement);
    }
  }

  private long number(String setting) {
    return Long.parseLong(setting(setting));
  }

  private String setting(String name) {
    return single(node, "SELECT current_setting('" + name + "', true)");
  }

  private static int version(CatalogQueries server) {
    return Integer.parseInt(single(server, "SELECT current_setting('server_version_num')"));
  }

  /** Name and version of the database's collation, and of the library behind it. */
  private static String collation(CatalogQueries server) {
    return single(
        server,
        """
        SELECT datcollate || ' ' || coalesce(pg_database_collation_actual_version(oid), '')
        FROM pg_database WHERE datname = current_database()\
        """);
  }

  private static String single(CatalogQueries server, String sql) {
    return server.query(sql).getFirst().getFirst().orElse("");
  }

  /**
   * Values of each type that routing hashes; NULL and the like are covered by the planner's tests.
   */
  private static final Map<HashType, List<String>> VECTORS =
      Map.ofEntries(
          Map.entry(HashType.INT2, List.of("0", "1", "-1", "32767")),
          Map.entry(HashType.INT4, List.of("0", "7", "-7", "2147483647", "123456789")),
          Map.entry(HashType.INT8, List.of("0", "7", "-7", "9223372036854775807", "-4294967296")),
          Map.entry(HashType.OID, List.of("0", "4294967295")),
          Map.entry(HashType.BOOL, List.of("t", "f")),
          Map.entry(HashType.NAME, List.of("abc", "Zürich")),
          Map.entry(HashType.TEXT, List.of("", "a", "twelve bytes", "Zürich und Straße, 漢字")),
          Map.entry(HashType.VARCHAR, List.of("", "thirteen byte")),
          Map.entry(HashType.BPCHAR, List.of("a", "abc")),
          Map.entry(HashType.BYTEA, List.of("\\x", "\\x00ff10")),
          Map.entry(HashType.UUID, List.of("6b1f9a5e-5c3e-4f4c-9a53-1d4b2c9f0e11")),
          Map.entry(HashType.DATE, List.of("2000-01-01", "1999-12-31", "2024-02-29")),
          Map.entry(HashType.TIME, List.of("00:00:00", "23:59:59.999999")),
          Map.entry(HashType.TIMESTAMP, List.of("1999-12-31 23:59:59", "2024-02-29 12:00:00.5")),
          Map.entry(HashType.NUMERIC, List.of("0", "1.50", "-1.5", "10000", "0.0001")),
          Map.entry(HashType.MACADDR, List.of("08:00:2b:01:02:03")));

  private void hashes() {
    for (Map.Entry<HashType, List<String>> vector : VECTORS.entrySet()) {
      HashType type = vector.getKey();
      String typeName = type.name().toLowerCase(Locale.ROOT);
      boolean agrees = agrees(type, typeName, vector.getValue());
      require(agrees, "type %s is hashed in another way".formatted(typeName));
    }
  }

  /** Asks the server itself, by a partitioned table that is gone when the transaction ends. */
  private boolean agrees(HashType type, String typeName, List<String> values) {
    String table = "drover_hash_" + typeName;
    node.query("CREATE TEMPORARY TABLE %s (v %s) PARTITION BY HASH (v)".formatted(table, typeName));
    List<String> tests = new ArrayList<>();
    for (String value : values) {
      for (int modulus : List.of(MODULUS, LARGE_MODULUS)) {
        Optional<Integer> slot = slot(type, value, modulus);
        if (slot.isEmpty()) {
          return false;
        }
        tests.add(
            "satisfies_hash_partition('pg_temp.%s'::regclass, %d, %d, '%s'::%s)"
                .formatted(table, modulus, slot.get(), value, typeName));
      }
    }
    String answer = single(node, "SELECT " + String.join(" AND ", tests));
    node.query("DROP TABLE pg_temp." + table);
    return answer.equals("t");
  }

  private static Optional<Integer> slot(HashType type, String value, int modulus) {
    RoutingHash hash = new RoutingHash();
    hash.start();
    byte[] text = value.getBytes(UTF_8);
    return hash.addText(type, RoutingHash.NO_TYPMOD, text, 0, text.length)
        ? Optional.of(hash.slot(modulus))
        : Optional.empty();
  }
}
