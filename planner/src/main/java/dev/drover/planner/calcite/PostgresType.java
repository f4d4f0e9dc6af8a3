package dev.drover.planner.calcite;

import java.util.List;
import org.apache.calcite.sql.type.AbstractSqlType;
import org.apache.calcite.sql.type.SqlTypeName;

/** The type of every value that is no condition. Calcite must not conclude anything from it. */
final class PostgresType extends AbstractSqlType {
  PostgresType() {
    super(SqlTypeName.OTHER, true, List.of());
    computeDigest();
  }

  @Override
  protected void generateTypeString(StringBuilder text, boolean withDetail) {
    text.append("POSTGRES");
  }
}
