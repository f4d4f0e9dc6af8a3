package dev.drover.planner.target;

import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.text.ExactText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which columns an INSERT writes, and with what.
 *
 * @param listed the columns that get a value from the statement, in its order
 * @param omitted those that get their default: no generated ones
 */
public record InsertShape(
    TableUse table,
    List<Column> listed,
    List<Column> omitted,
    String overriding,
    RoutingContext context) {
  public InsertShape {
    listed = List.copyOf(listed);
    omitted = List.copyOf(omitted);
  }

  public static InsertShape of(Insert insert, TableUse table, RoutingContext context) {
    Relation relation = table.relation();
    List<Column> listed = new ArrayList<>();
    for (var target : insert.columns()) {
      if (target.indirection()) {
        throw Unsupported.error("INSERT statements into parts of columns");
      }
      listed.add(RowTargets.column(relation, target.column().text()));
    }
    boolean all = insert.columns().isEmpty() && insert.source().isPresent();
    InsertShape shape =
        new InsertShape(
            table,
            all ? relation.columns() : listed,
            List.of(),
            overriding(insert.overriding()),
            context);
    return shape.withOmitted();
  }

  /** What OVERRIDING USER VALUE puts aside is replaced before rows reach a node. */
  private static String overriding(Insert.Overriding overriding) {
    return switch (overriding) {
      case NONE -> "";
      case USER_VALUE -> "";
      case SYSTEM_VALUE -> "OVERRIDING SYSTEM VALUE ";
    };
  }

  private InsertShape withOmitted() {
    List<Column> omitted =
        table.relation().columns().stream()
            .filter(c -> !listed.contains(c) && !c.generated())
            .toList();
    return new InsertShape(table, listed, omitted, overriding, context);
  }

  /** A list of values may be shorter than the table: the rest gets its defaults. */
  public InsertShape narrowed(int width) {
    return width >= listed.size()
        ? this
        : new InsertShape(table, listed.subList(0, width), List.of(), overriding, context)
            .withOmitted();
  }

  public Relation relation() {
    return table.relation();
  }

  public ColumnDefault defaultOf(Column column) {
    return ColumnDefault.of(relation(), column, context);
  }

  /** The columns of the distribution key, in key order. */
  public List<Column> key() {
    return TableUse.keyColumns(relation().distribution()).stream()
        .map(number -> relation().column(number).orElseThrow())
        .toList();
  }

  public static String names(List<Column> columns) {
    return columns.stream().map(c -> SqlNames.quote(c.name())).collect(Collectors.joining(", "));
  }

  /** {@code "public"."t"}, with the alias that clauses behind it may use. */
  public String qualifiedTarget() {
    boolean aliased = table.ref().alias().isPresent();
    return SqlNames.quoted(relation()) + (aliased ? " AS " + SqlNames.quote(table.name()) : "");
  }

  /** The target of rows whose columns are {@code columns}. */
  public Plan.InsertTarget target(List<Column> columns, SqlText tail) {
    boolean named = !tail.pieces().isEmpty();
    String name = named ? qualifiedTarget() : SqlNames.quoted(relation());
    return RowTargets.of(relation(), name, columns, overriding, tail);
  }

  /**
   * The text of a value as the column will hold it, for one that is sent as a constant. That of a
   * key is read here, whatever style the session has.
   */
  public SqlText sent(SqlText value, Column column) {
    SqlText cast = new TextBuilder().add(value).add(cast(column)).build();
    boolean isStyledKey = ExactText.hasStyles(column.typeOid()) && key().contains(column);
    return ExactText.isNeeded(column.typeOid()) || isStyledKey ? ExactText.of(cast) : cast;
  }

  /**
   * A value as the column will hold it. Assignment refuses what is too long where a cast would cut,
   * so the types of character strings are named without their length.
   */
  public static String cast(Column column) {
    return switch (column.typeOid()) {
      case 1043 -> column.typeName().startsWith("character varying") ? "::varchar" : named(column);
      case 1042 -> column.typeName().startsWith("character") ? "::bpchar" : named(column);
      case 1560, 1562 -> "::varbit";
      default -> named(column);
    };
  }

  private static String named(Column column) {
    return "::" + column.typeName();
  }
}
