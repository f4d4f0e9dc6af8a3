package dev.drover.planner.catalog;

import java.util.Map;
import java.util.Optional;

/**
 * How large a table is, over all nodes: estimates by which plans are compared. A plan must be right
 * whatever they say.
 *
 * @param rows of the whole table; those of a replicated one are counted once
 * @param pages of 8 kB that hold them
 * @param columns by attribute number; a column that no server has analyzed is missing
 */
public record TableStatistics(double rows, long pages, Map<Integer, OfColumn> columns) {
  private static final double MIN_ROWS_OF_WEIGHT = 1_000;
  private static final double MUCH = 2;

  /**
   * What a column's values are like.
   *
   * @param distinctValues how many different ones there are, NULL aside
   * @param nullFraction of the rows, from 0 to 1
   * @param averageWidth in bytes, of values other than NULL
   */
  public record OfColumn(double distinctValues, double nullFraction, int averageWidth) {
    public OfColumn {
      if (distinctValues < 0 || !(nullFraction >= 0 && nullFraction <= 1) || averageWidth < 0) {
        throw new IllegalArgumentException(
            "no statistics of a column: %s, %s, %d"
                .formatted(distinctValues, nullFraction, averageWidth));
      }
    }
  }

  public TableStatistics {
    if (!(rows >= 0) || pages < 0) {
      throw new IllegalArgumentException("no size of a table: " + rows + " rows, " + pages);
    }
    columns = Map.copyOf(columns);
  }

  /** Of the column with this attribute number. */
  public Optional<OfColumn> column(int number) {
    return Optional.ofNullable(columns.get(number));
  }

  /**
   * Whether plans that were made by the other may be bad now: its rows are twice or half as many,
   * or so are the different values of a column, or columns have become known. Small tables never
   * matter.
   */
  public boolean differsMuchFrom(TableStatistics other) {
    if (Math.max(rows, other.rows) < MIN_ROWS_OF_WEIGHT) {
      return false;
    }
    return isMuch(rows, other.rows)
        || !columns.keySet().equals(other.columns.keySet())
        || columns.entrySet().stream()
            .anyMatch(
                c ->
                    isMuch(
                        c.getValue().distinctValues(),
                        other.columns.get(c.getKey()).distinctValues()));
  }

  private static boolean isMuch(double one, double another) {
    double small = Math.max(1, Math.min(one, another));
    return Math.max(one, another) >= small * MUCH;
  }
}
