package dev.drover.coordinator.statistics;

import dev.drover.coordinator.statistics.NodeStatistics.Bytes;
import dev.drover.coordinator.statistics.NodeStatistics.ColumnPart;
import dev.drover.coordinator.statistics.NodeStatistics.Name;
import dev.drover.coordinator.statistics.NodeStatistics.RelationPart;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.TableStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts that nodes have told of, put together for a whole table or index. Parts of a replicated
 * table are copies, so one counts; the others' parts are added up.
 *
 * <p>Different values of a column: each leaf has rows that the key's hash chose, so for a column
 * that is the key no value is in two leaves, and the numbers are added up. For another column a
 * leaf is taken for a random sample: of {@code D} values that are equally frequent, {@code n} rows
 * show {@code D * (1 - exp(-n / D))}. With the leaves' averages this is solved for {@code D}; the
 * answer lies between the largest of the leaves' numbers and their sum, as it must.
 *
 * @param oid on the catalog node
 * @param tuples -1 when nobody has counted
 */
record WholeTable(int oid, double tuples, Bytes bytes, TableStatistics statistics) {
  private static final int STEPS = 60;

  /** Every table and index of which all parts are known. */
  static List<WholeTable> merge(CatalogSnapshot catalog, Map<Integer, NodeStatistics> nodes) {
    Merge merge = new Merge(catalog, nodes);
    List<WholeTable> merged = new ArrayList<>();
    for (Relation relation : catalog.relations()) {
      if (relation.distributed()) {
        merge.of(relation).ifPresent(merged::add);
      } else if (relation.kind() == Relation.Kind.INDEX) {
        merge.ofIndex(relation).ifPresent(merged::add);
      }
    }
    return merged;
  }

  private record Merge(CatalogSnapshot catalog, Map<Integer, NodeStatistics> nodes) {
    Optional<WholeTable> of(Relation table) {
      Name name = new Name(table.schema(), table.name());
      List<NodeStatistics> sources = sources(table.distribution());
      return sum(name, sources)
          .map(sum -> whole(table.oid(), sum, columns(table, name, sources, sum)));
    }

    Optional<WholeTable> ofIndex(Relation index) {
      Name name = new Name(index.schema(), index.name());
      return nodes.values().stream()
          .flatMap(n -> Optional.ofNullable(n.relations().get(name)).stream())
          .findFirst()
          .flatMap(part -> catalog.relation(index.schema(), part.table()))
          .flatMap(table -> sum(name, sources(table.distribution())))
          .map(sum -> whole(index.oid(), sum, Map.of()));
    }

    private static WholeTable whole(
        int oid, RelationPart sum, Map<Integer, TableStatistics.OfColumn> columns) {
      TableStatistics statistics =
          new TableStatistics(sum.rows(), Math.round(sum.pages()), columns);
      return new WholeTable(oid, sum.unknown() ? -1 : sum.tuples(), sum.bytes(), statistics);
    }

    /** Empty when a node that is needed did not answer. */
    private List<NodeStatistics> sources(Distribution distribution) {
      if (distribution instanceof Distribution.Replicated(_, var copies, var primary)) {
        List<Integer> order = new ArrayList<>(List.of(primary));
        order.addAll(copies);
        return order.stream().filter(nodes::containsKey).limit(1).map(nodes::get).toList();
      }
      List<Integer> needed = distribution.nodes();
      return nodes.keySet().containsAll(needed)
          ? needed.stream().map(nodes::get).toList()
          : List.of();
    }

    private static Optional<RelationPart> sum(Name name, List<NodeStatistics> sources) {
      return sources.stream()
          .flatMap(s -> Optional.ofNullable(s.relations().get(name)).stream())
          .reduce(RelationPart::plus);
    }

    private static Map<Integer, TableStatistics.OfColumn> columns(
        Relation table, Name name, List<NodeStatistics> sources, RelationPart sum) {
      Map<Integer, TableStatistics.OfColumn> columns = new HashMap<>();
      for (Column column : table.columns()) {
        sources.stream()
            .map(s -> s.columns().getOrDefault(name, Map.of()))
            .flatMap(c -> Optional.ofNullable(c.get(column.name())).stream())
            .reduce(ColumnPart::plus)
            .map(part -> column(part, isKey(table.distribution(), column.number()), sum.rows()))
            .ifPresent(c -> columns.put(column.number(), c));
      }
      return columns;
    }

    private static boolean isKey(Distribution distribution, int column) {
      return switch (distribution) {
        case Distribution.Hash hash -> hash.key().equals(List.of(column));
        case Distribution.Modulo modulo -> modulo.key() == column;
        case Distribution.Replicated _, Distribution.RoundRobin _ -> false;
        case Distribution.CatalogNode _ -> false;
      };
    }
  }

  private static TableStatistics.OfColumn column(ColumnPart part, boolean isKey, double rows) {
    double values = Math.max(0, part.tuples() - part.nulls());
    double nullFraction = part.tuples() == 0 ? 0 : Math.min(1, part.nulls() / part.tuples());
    double distinct = isKey ? part.distinctSum() : distinct(part, values);
    double seen = part.tuples() == 0 ? 1 : Math.max(1, rows / part.tuples());
    boolean growsWithRows = values > 0 && distinct > values / 10;
    return new TableStatistics.OfColumn(
        growsWithRows ? distinct * seen : distinct,
        nullFraction,
        values == 0 ? 0 : (int) Math.round(part.widthSum() / values));
  }

  /** Of all leaves, by what each has seen. */
  static double distinct(ColumnPart part, double values) {
    double low = part.distinctMax();
    double high = part.distinctSum();
    if (part.leaves() <= 1 || low >= high) {
      return low;
    }
    double seen = part.distinctSum() / part.leaves();
    double sample = values / part.leaves();
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      if (middle * -Math.expm1(-sample / middle) < seen) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
