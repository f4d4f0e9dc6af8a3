package dev.drover.planner.translation;

import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.moves.RowEstimates;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Scalar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The columns of a query, and what its names mean.
 *
 * <p>Threads: confined to the translation of one statement.
 */
final class Columns {
  private static final double WIDTH_OF_UNKNOWN = 16;
  private static final double VALUES_OF_UNKNOWN = 200;

  private final RowEstimates estimates;
  private final Map<Variable, Column> byName = new HashMap<>();
  private int next;

  Columns(Analysis analysis) {
    this.estimates = new RowEstimates(analysis);
  }

  RowEstimates estimates() {
    return estimates;
  }

  /** One that is computed. */
  Column computed(Optional<String> type) {
    next++;
    return new Column(next, type, Optional.empty(), WIDTH_OF_UNKNOWN, VALUES_OF_UNKNOWN);
  }

  Column ofTable(Variable variable) {
    TableUse table = (TableUse) variable.source();
    dev.drover.planner.catalog.Column column = table.column(variable.column());
    next++;
    Column own =
        new Column(
            next,
            Optional.of(ColumnTypes.of(column)),
            KeyConstants.hashType(column),
            estimates.width(table, List.of(variable.column())) - RowEstimates.ROW_OVERHEAD,
            estimates.distinct(table, column));
    byName.put(variable, own);
    return own;
  }

  /** From now on the name means this column. */
  void name(Variable variable, Column column) {
    if (byName.put(variable, column) != null) {
      throw Unsupported.error("columns with equal names");
    }
  }

  Column of(Variable variable) {
    Column column = byName.get(variable);
    if (column == null) {
      throw Unsupported.error("columns of sources that are not known");
    }
    return column;
  }

  Scalar scalar(Variable variable) {
    return Scalar.of(of(variable));
  }
}
