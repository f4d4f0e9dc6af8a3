package dev.drover.planner.calcite;

import dev.drover.planner.relational.Aggregate;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.util.Optionality;

/** An aggregate of which nothing is known; its name is unique in the query. */
final class OpaqueAggregate extends SqlAggFunction {
  private final transient Aggregate aggregate;

  OpaqueAggregate(int number, Aggregate aggregate, RelDataType type) {
    super(
        "AGGREGATE" + number,
        null,
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.explicit(type),
        null,
        OperandTypes.VARIADIC,
        SqlFunctionCategory.USER_DEFINED_FUNCTION,
        false,
        false,
        Optionality.FORBIDDEN);
    this.aggregate = aggregate;
  }

  Aggregate aggregate() {
    return aggregate;
  }
}
