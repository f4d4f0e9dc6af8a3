package dev.drover.planner.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table, view, sequence or other row of {@code pg_class} that a statement can name.
 *
 * @param oid on the catalog node
 * @param viewDefinition as {@code pg_get_viewdef} prints it, for views
 * @param leafAccess false when a statement must name the parent (row level security, statement
 *     triggers, rules)
 */
public record Relation(
    int oid,
    String schema,
    String name,
    Kind kind,
    Distribution distribution,
    List<Column> columns,
    List<UniqueKey> uniqueKeys,
    List<ForeignKey> foreignKeys,
    Optional<String> viewDefinition,
    boolean leafAccess) {
  /** {@code pg_class.relkind}, as far as it matters here. */
  public enum Kind {
    TABLE,
    VIEW,
    MATERIALIZED_VIEW,
    SEQUENCE,
    FOREIGN_TABLE,
    COMPOSITE_TYPE,
    INDEX
  }

  /**
   * A unique index.
   *
   * @param columns attribute numbers; 0 stands for an expression
   */
  public record UniqueKey(String name, boolean primary, List<Integer> columns, boolean partial) {
    public UniqueKey {
      requireNonNull(name);
      columns = List.copyOf(columns);
    }
  }

  /** A foreign key: columns here, referenced relation and its columns. */
  public record ForeignKey(
      String name, List<Integer> columns, int referencedOid, List<Integer> referencedColumns) {
    public ForeignKey {
      requireNonNull(name);
      columns = List.copyOf(columns);
      referencedColumns = List.copyOf(referencedColumns);
    }
  }

  public Relation {
    requireNonNull(schema);
    requireNonNull(name);
    requireNonNull(kind);
    requireNonNull(distribution);
    columns = List.copyOf(columns);
    uniqueKeys = List.copyOf(uniqueKeys);
    foreignKeys = List.copyOf(foreignKeys);
    requireNonNull(viewDefinition);
  }

  /** The same with the new owners of its slots, by the id of its colocation group. */
  Relation withShards(Map<Integer, ShardMap> byGroup) {
    Distribution moved =
        switch (distribution) {
          case Distribution.Hash h ->
              new Distribution.Hash(
                  h.distributionId(), h.key(), newest(h.shards(), byGroup), h.leafName());
          case Distribution.Modulo m ->
              new Distribution.Modulo(
                  m.distributionId(), m.key(), newest(m.shards(), byGroup), m.leafName());
          case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
              distribution;
        };
    return moved.equals(distribution) ? this : with(moved);
  }

  private static ShardMap newest(ShardMap known, Map<Integer, ShardMap> byGroup) {
    return byGroup.getOrDefault(known.groupId(), known);
  }

  private Relation with(Distribution other) {
    return new Relation(
        oid,
        schema,
        name,
        kind,
        other,
        columns,
        uniqueKeys,
        foreignKeys,
        viewDefinition,
        leafAccess);
  }

  /** True when its rows are on datanodes. */
  public boolean distributed() {
    return !(distribution instanceof Distribution.CatalogNode);
  }

  public Optional<Column> column(String columnName) {
    return columns.stream().filter(c -> c.name().equals(columnName)).findFirst();
  }

  public Optional<Column> column(int number) {
    return columns.stream().filter(c -> c.number() == number).findFirst();
  }
}
