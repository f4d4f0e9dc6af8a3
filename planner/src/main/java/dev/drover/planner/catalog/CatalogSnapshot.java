package dev.drover.planner.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole schema at one catalog version.
 *
 * <p>Threads: immutable; a coordinator holds the current one in a volatile field.
 */
public final class CatalogSnapshot {
  private final long version;
  private final Map<Integer, Node> nodes;
  private final Map<String, List<Integer>> groups;
  private final Map<String, Map<String, Relation>> relations;
  private final Map<Integer, Relation> byOid;
  private final Map<Integer, Relation> byDistribution;
  private final Map<String, List<Routine>> routines;
  private final Map<Integer, TableStatistics> statistics;

  private CatalogSnapshot(CatalogSnapshot of, Map<Integer, TableStatistics> statistics) {
    this.version = of.version;
    this.nodes = of.nodes;
    this.groups = of.groups;
    this.relations = of.relations;
    this.byOid = of.byOid;
    this.byDistribution = of.byDistribution;
    this.routines = of.routines;
    this.statistics = Map.copyOf(statistics);
  }

  private CatalogSnapshot(
      long version,
      Map<Integer, Node> nodes,
      Map<String, List<Integer>> groups,
      Collection<Relation> relations,
      Collection<Routine> routines) {
    this.version = version;
    this.nodes = Map.copyOf(nodes);
    this.groups = Map.copyOf(groups);
    this.relations = new HashMap<>();
    this.byOid = new HashMap<>();
    this.byDistribution = new HashMap<>();
    this.routines = new HashMap<>();
    this.statistics = Map.of();
    for (Relation relation : relations) {
      this.relations
          .computeIfAbsent(relation.schema(), s -> new HashMap<>())
          .put(relation.name(), relation);
      byOid.put(relation.oid(), relation);
      if (relation.distributed()) {
        byDistribution.put(relation.distribution().distributionId(), relation);
      }
    }
    for (Routine routine : routines) {
      this.routines.computeIfAbsent(routine.name(), n -> new ArrayList<>()).add(routine);
    }
  }

  /** All nodes, with the catalog node among them. */
  public static CatalogSnapshot of(
      long version,
      Map<Integer, Node> nodes,
      Map<String, List<Integer>> groups,
      Collection<Relation> relations,
      Collection<Routine> routines) {
    return new CatalogSnapshot(version, nodes, groups, relations, routines);
  }

  /** The same with the relations of one session, which have no distribution. */
  public CatalogSnapshot with(Collection<Relation> more) {
    List<Relation> all = new ArrayList<>(byOid.values());
    all.addAll(more);
    return new CatalogSnapshot(version, nodes, groups, all, routines()).withStatistics(statistics);
  }

  /** The same with these statistics, by the OIDs of the relations. */
  public CatalogSnapshot withStatistics(Map<Integer, TableStatistics> byRelation) {
    return new CatalogSnapshot(this, byRelation);
  }

  /** The same with other owners of slots, by the ids of the colocation groups. */
  public CatalogSnapshot withShards(Map<Integer, ShardMap> byGroup) {
    List<Relation> moved = byOid.values().stream().map(r -> r.withShards(byGroup)).toList();
    return new CatalogSnapshot(version, nodes, groups, moved, routines())
        .withStatistics(statistics);
  }

  public long version() {
    return version;
  }

  public Optional<Node> node(int id) {
    return Optional.ofNullable(nodes.get(id));
  }

  public Optional<Node> node(String name) {
    return nodes.values().stream().filter(n -> n.name().equals(name)).findFirst();
  }

  public Collection<Node> nodes() {
    return nodes.values();
  }

  /** Ids of the datanodes, ascending. */
  public List<Integer> datanodes() {
    return nodes.keySet().stream().filter(id -> id != Node.CATALOG_ID).sorted().toList();
  }

  /** Those that tables come to which name none. */
  public List<Integer> nodesForTables() {
    return datanodes().stream().filter(id -> nodes.get(id).takesTables()).toList();
  }

  public Optional<List<Integer>> group(String name) {
    return Optional.ofNullable(groups.get(name));
  }

  public Map<String, List<Integer>> groups() {
    return groups;
  }

  public Optional<Relation> relation(String schema, String name) {
    return Optional.ofNullable(relations.getOrDefault(schema, Map.of()).get(name));
  }

  public Optional<Relation> relation(int oid) {
    return Optional.ofNullable(byOid.get(oid));
  }

  /** The relation whose leaves carry this number. */
  public Optional<Relation> relationOfDistribution(int distributionId) {
    return Optional.ofNullable(byDistribution.get(distributionId));
  }

  /** How large the relation is, if that was ever asked. */
  public Optional<TableStatistics> statistics(Relation relation) {
    return Optional.ofNullable(statistics.get(relation.oid()));
  }

  /** All statistics, by the OIDs of the relations. */
  public Map<Integer, TableStatistics> statistics() {
    return statistics;
  }

  public Collection<Relation> relations() {
    return byOid.values();
  }

  /** All user routines. */
  public List<Routine> routines() {
    return routines.values().stream().flatMap(List::stream).toList();
  }

  /** User routines of that name in any schema; built-in functions are not listed. */
  public List<Routine> routines(String name) {
    return routines.getOrDefault(name, List.of());
  }
}
