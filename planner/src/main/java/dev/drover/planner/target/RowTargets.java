package dev.drover.planner.target;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyColumn;
import dev.drover.planner.plan.Plan.CopyIn;
import dev.drover.planner.plan.Plan.InsertTarget;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;

/** Where rows of constants go, and what must be added to them first. */
public final class RowTargets {
  private RowTargets() {}

  /**
   * A column that a statement lists.
   *
   * @throws SqlError 42703 if the relation has none of that name
   */
  public static Column column(Relation relation, String name) {
    return relation
        .column(name)
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.UNDEFINED_COLUMN,
                    "column \"%s\" of relation \"%s\" does not exist"
                        .formatted(name, relation.name())));
  }

  /**
   * The target of rows with these columns.
   *
   * @param table as it is to be named
   */
  public static InsertTarget of(
      Relation relation, String table, List<Column> columns, String overriding, SqlText tail) {
    List<KeyColumn> key = new ArrayList<>();
    for (int number : TableUse.keyColumns(relation.distribution())) {
      Column column = relation.column(number).orElseThrow();
      HashType type = KeyConstants.hashType(column).orElseThrow();
      key.add(KeyColumn.of(columns.indexOf(column), column, type));
    }
    return new InsertTarget(
        table,
        relation.distribution(),
        columns.stream().map(c -> SqlNames.quote(c.name())).toList(),
        key,
        relation.leafAccess(),
        overriding,
        tail);
  }

  /** The columns that rows of these columns lack and that the nodes cannot add by themselves. */
  public static List<CopyIn.Filled> filled(
      Relation relation, List<Column> columns, RoutingContext context) {
    List<CopyIn.Filled> filled = new ArrayList<>();
    List<Integer> key = TableUse.keyColumns(relation.distribution());
    for (Column column : relation.columns()) {
      if (columns.contains(column) || column.generated()) {
        continue;
      }
      ColumnDefault byDefault = ColumnDefault.of(relation, column, context);
      if (isAdded(byDefault, column, relation.distribution())) {
        filled.add(filled(column, byDefault, key.indexOf(column.number())));
      }
    }
    return filled;
  }

  private static boolean isAdded(
      ColumnDefault byDefault, Column column, Distribution distribution) {
    boolean keyed = TableUse.keyColumns(distribution).contains(column.number());
    boolean copied = distribution instanceof Distribution.Replicated;
    return switch (byDefault) {
      case ColumnDefault.Constant _ -> keyed && column.defaultExpression().isPresent();
      case ColumnDefault.Volatile _ -> keyed || copied;
      case ColumnDefault.Clock _, ColumnDefault.Central _ -> true;
    };
  }

  private static CopyIn.Filled filled(Column column, ColumnDefault byDefault, int key) {
    boolean central = byDefault instanceof ColumnDefault.Central;
    boolean perRow = central || byDefault instanceof ColumnDefault.Volatile;
    SqlText value =
        new TextBuilder()
            .add("(")
            .add(byDefault.text())
            .add(")" + InsertShape.cast(column))
            .build();
    return new CopyIn.Filled(SqlNames.quote(column.name()), value, key, perRow, central);
  }
}
