package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.ShardMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Drover's own tables on the catalog node.
 *
 * @param groups ids of datanodes by the name of the node group
 * @param distributions by the OID of the table on the catalog node
 */
record Metadata(
    long version,
    Map<Integer, Node> nodes,
    Map<String, List<Integer>> groups,
    Map<Integer, Distribution> distributions) {
  Metadata {
    nodes = Map.copyOf(nodes);
    groups = Map.copyOf(groups);
    requireNonNull(distributions);
  }

  static Metadata read(CatalogQueries queries) {
    Values versions =
        new Values(
            queries
                .query("SELECT f.version, v.version FROM drover.format f, drover.catalog_version v")
                .getFirst());
    MetadataFormat.requireCurrent(versions.number(0));
    return new Metadata(
        versions.bigNumber(1),
        nodes(queries),
        groups(queries),
        distributions(queries, SlotOwners.all(queries)));
  }

  private static Map<Integer, Node> nodes(CatalogQueries queries) {
    Map<Integer, Node> nodes = new HashMap<>();
    String sql =
        "SELECT id, name, host, port, socket_directory, is_primary, is_preferred,"
            + " takes_tables FROM drover.nodes";
    for (Values v : rows(queries, sql)) {
      nodes.put(
          v.number(0),
          new Node(
              v.number(0),
              v.text(1),
              v.text(2),
              v.number(3),
              v.text(4),
              v.isTrue(5),
              v.isTrue(6),
              v.isTrue(7)));
    }
    return nodes;
  }

  private static Map<String, List<Integer>> groups(CatalogQueries queries) {
    Map<String, List<Integer>> groups = new HashMap<>();
    for (Values v : rows(queries, "SELECT name, nodes FROM drover.node_groups")) {
      groups.put(v.text(0), v.numbers(1));
    }
    return groups;
  }

  private static Map<Integer, Distribution> distributions(
      CatalogQueries queries, Map<Integer, ShardMap> maps) {
    Map<Integer, Distribution> distributions = new HashMap<>();
    String sql =
        """
        SELECT relid, distribution_id, kind, key_attributes, coalesce(colocation_group, 0), nodes,
          coalesce(primary_node, 0), leaf_name
        FROM drover.distributions\
        """;
    for (Values v : rows(queries, sql)) {
      distributions.put(v.oid(0), distribution(v, maps));
    }
    return distributions;
  }

  private static Distribution distribution(Values v, Map<Integer, ShardMap> maps) {
    int id = v.number(1);
    return switch (v.letter(2)) {
      case 'H' -> new Distribution.Hash(id, v.numbers(3), maps.get(v.number(4)), v.text(7));
      case 'M' ->
          new Distribution.Modulo(id, v.numbers(3).getFirst(), maps.get(v.number(4)), v.text(7));
      case 'R' -> new Distribution.Replicated(id, v.numbers(5), v.number(6));
      case 'N' -> new Distribution.RoundRobin(id, v.numbers(5));
      default -> throw new IllegalStateException("distribution kind " + v.letter(2));
    };
  }

  private static List<Values> rows(CatalogQueries queries, String sql) {
    return queries.query(sql).stream().map(Values::new).toList();
  }
}
