package dev.drover.planner.benchmark;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.catalog.TableStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** TPC-H's tables on three nodes, by their own keys, with the columns that are joined. */
final class JoinedTables {
  private static final List<Integer> NODES = List.of(1, 2, 3);
  private static final int SLOTS = 32;
  private static final int FIRST_OID = 16_384;
  private static final Map<String, Integer> TYPES =
      Map.of("bigint", 20, "character(25)", 1042, "date", 1082, "numeric(15,2)", 1700);

  private final List<Relation> relations = new ArrayList<>();
  private final Map<Integer, TableStatistics> statistics = new HashMap<>();

  private JoinedTables() {}

  static CatalogSnapshot catalog() {
    JoinedTables tables = new JoinedTables();
    tables.add("region", 5, "r_regionkey bigint 5", "r_name character(25) 5");
    tables.add(
        "nation", 25, "n_nationkey bigint 25", "n_name character(25) 25", "n_regionkey bigint 5");
    tables.add("part", 200_000, "p_partkey bigint 200000", "p_type character(25) 150");
    tables.add("supplier", 10_000, "s_suppkey bigint 10000", "s_nationkey bigint 25");
    tables.add("customer", 150_000, "c_custkey bigint 150000", "c_nationkey bigint 25");
    tables.add(
        "orders",
        1_500_000,
        "o_orderkey bigint 1500000",
        "o_custkey bigint 100000",
        "o_orderdate date 2400");
    tables.add(
        "lineitem",
        6_000_000,
        "l_orderkey bigint 1500000",
        "l_partkey bigint 200000",
        "l_suppkey bigint 10000",
        "l_extendedprice numeric(15,2) 900000",
        "l_discount numeric(15,2) 11");
    Map<Integer, Node> nodes = new HashMap<>();
    nodes.put(Node.CATALOG_ID, node(Node.CATALOG_ID, "catalog"));
    NODES.forEach(id -> nodes.put(id, node(id, "dn" + id)));
    return CatalogSnapshot.of(1, nodes, Map.of(), tables.relations, List.of())
        .withStatistics(tables.statistics);
  }

  private static Node node(int id, String name) {
    return new Node(id, name, "", 0, "", id == 1, false, true);
  }

  /** Columns as name, type and how many different values; the first is the key. */
  private void add(String table, double rows, String... definitions) {
    List<Column> columns = new ArrayList<>();
    Map<Integer, TableStatistics.OfColumn> values = new HashMap<>();
    for (String definition : definitions) {
      String[] words = definition.split(" ", -1);
      int number = columns.size() + 1;
      columns.add(column(number, words[0], words[1]));
      values.put(number, new TableStatistics.OfColumn(Double.parseDouble(words[2]), 0, 8));
    }
    int id = relations.size() + 1;
    int oid = FIRST_OID + id;
    relations.add(
        new Relation(
            oid,
            "public",
            table,
            Relation.Kind.TABLE,
            distribution(id, table, rows),
            columns,
            List.of(),
            List.of(),
            Optional.empty(),
            true));
    statistics.put(oid, new TableStatistics(rows, 1, values));
  }

  private static Distribution distribution(int id, String table, double rows) {
    if (rows < SLOTS) {
      return new Distribution.Replicated(id, NODES, NODES.getFirst());
    }
    int[] slots = IntStream.range(0, SLOTS).map(i -> NODES.get(i % NODES.size())).toArray();
    ShardMap shards = ShardMap.of(NODES.size(), slots);
    return new Distribution.Hash(id, List.of(1), shards, table + "$" + id);
  }

  private static Column column(int number, String name, String type) {
    return new Column(
        number,
        name,
        TYPES.get(type),
        type,
        -1,
        true,
        true,
        Optional.empty(),
        Column.Identity.NONE,
        false,
        true,
        Optional.empty());
  }
}
