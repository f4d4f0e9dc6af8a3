package dev.drover.planner.calcite;

import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Scalar;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/**
 * An expression of which only the columns at the cuts are known: they are its operands.
 *
 * <p>Its name is unique in the query, so that no two expressions are taken for one.
 */
final class OpaqueFunction extends SqlFunction {
  private final transient Scalar scalar;
  private final transient Optional<Column> result;

  OpaqueFunction(int number, Scalar scalar, Optional<Column> result, RelDataType type) {
    super(
        "OPAQUE" + number,
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.explicit(type),
        null,
        OperandTypes.VARIADIC,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
    this.scalar = scalar;
    this.result = result;
  }

  Scalar scalar() {
    return scalar;
  }

  /** The columns that are its operands, in their order. */
  List<Column> operands() {
    return List.copyOf(scalar.columns());
  }

  /** The column that it computes, if it computes one. */
  Optional<Column> result() {
    return result;
  }

  /** Volatile functions are refused long before; what is left may stand wherever rows are. */
  @Override
  public boolean isDeterministic() {
    return true;
  }
}
