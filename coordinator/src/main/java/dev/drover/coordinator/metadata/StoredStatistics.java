package dev.drover.coordinator.metadata;

import dev.drover.planner.catalog.TableStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the statistics that are kept on the catalog node. */
public final class StoredStatistics {
  private static final String QUERY =
      "SELECT s.relid, s.row_count, s.table_bytes / 8192, s.attributes, s.distinct_values,"
          + " s.null_fractions, s.average_widths"
          + " FROM drover.statistics s JOIN drover.distributions d ON d.relid = s.relid";

  private StoredStatistics() {}

  /** By the OID of the table. */
  public static Map<Integer, TableStatistics> read(CatalogQueries queries) {
    Map<Integer, TableStatistics> statistics = new HashMap<>();
    queries.query(QUERY).stream()
        .map(Values::new)
        .forEach(v -> statistics.put(v.oid(0), statistics(v)));
    return statistics;
  }

  private static TableStatistics statistics(Values v) {
    List<Integer> attributes = v.numbers(3);
    List<Double> distinct = v.decimals(4);
    List<Double> nulls = v.decimals(5);
    List<Integer> widths = v.numbers(6);
    Map<Integer, TableStatistics.OfColumn> columns = new HashMap<>();
    for (int i = 0; i < attributes.size(); i++) {
      columns.put(
          attributes.get(i),
          new TableStatistics.OfColumn(distinct.get(i), nulls.get(i), widths.get(i)));
    }
    return new TableStatistics(Double.parseDouble(v.text(1)), v.bigNumber(2), columns);
  }
}
