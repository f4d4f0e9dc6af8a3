package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.TypeName;
import java.util.Optional;

/**
 * Types of columns of derived tables, where they follow from a table's column without knowing how
 * PostgreSQL resolves operators.
 */
public final class ColumnTypes {
  private ColumnTypes() {}

  /** The type's name, with the collation if the column has its own. */
  public static Optional<String> of(Variable variable) {
    Optional<Column> column = Conditions.column(variable);
    if (column.isPresent()) {
      return column.map(ColumnTypes::of);
    }
    if (!(variable.source() instanceof Derived derived) || derived.columns().isEmpty()) {
      return Optional.empty();
    }
    int position = derived.columns().get().indexOf(variable.column());
    return position < 0
        ? Optional.empty()
        : derived
            .view()
            .map(view -> Optional.of(of(view.columns().get(position))))
            .orElseGet(() -> of(derived.query().body(), position));
  }

  public static String of(Column column) {
    return column.typeName() + column.collation().map(n -> " COLLATE " + n).orElse("");
  }

  /** Both sides of a set operation may have one type; what two of them become is not known here. */
  private static Optional<String> of(QueryInfo.Body body, int position) {
    return switch (body) {
      case Block block -> of(block, position);
      case QueryInfo.Nested(var inner) -> of(inner.body(), position);
      case QueryInfo.Pair(_, var left, var right) ->
          of(left, position).filter(type -> of(right, position).equals(Optional.of(type)));
      case QueryInfo.Constants _ -> Optional.empty();
    };
  }

  private static Optional<String> of(Block block, int position) {
    Optional<Output> output =
        block.outputs().filter(o -> position < o.size()).map(o -> o.get(position));
    if (output.isEmpty()) {
      return Optional.empty();
    }
    return output.get().variable().isPresent()
        ? of(output.get().variable().get())
        : of(output.get().value(), block.scope());
  }

  private static Optional<String> of(Expr value, Scope scope) {
    return switch (value) {
      case Expr.Cast(_, _, _, var type) -> written(type);
      case Expr.FunctionCall call -> aggregate(call, scope);
      default -> KnownTypes.of(value, scope).map(TypeNames.BUILT_IN::get);
    };
  }

  private static Optional<String> written(TypeName type) {
    boolean plain =
        type.modifiers().isEmpty()
            && type.arrayDimensions() == 0
            && type.fields().isEmpty()
            && type.name().parts().size() == 1
            && !type.setOf()
            && !type.ofColumn();
    return plain ? Optional.of(SqlNames.quote(type.name().local())) : Optional.empty();
  }

  /** PostgreSQL's own aggregates of a plain column, and count of anything. */
  private static Optional<String> aggregate(Expr.FunctionCall call, Scope scope) {
    String name = call.name().local();
    if (call.name().schema().isPresent()) {
      return Optional.empty();
    }
    if (name.equals("count")) {
      return Optional.of("bigint");
    }
    if (call.arguments().size() != 1) {
      return Optional.empty();
    }
    Expr argument = call.arguments().getFirst().value();
    Optional<Integer> type = KnownTypes.of(argument, scope);
    return switch (name) {
      case "min", "max" -> Conditions.variable(argument, scope).flatMap(ColumnTypes::of);
      case "sum" -> type.map(KnownTypes::ofSum).map(TypeNames.BUILT_IN::get);
      case "avg" -> type.map(_ -> "numeric");
      default -> Optional.empty();
    };
  }
}
