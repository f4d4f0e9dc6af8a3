package dev.drover.planner.calcite;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeSystem;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Types that may always be null: the stock factory keeps a type of others NOT NULL on the
 * null-supplying side of an outer join, and IS NULL over it would be folded to false.
 */
final class PostgresTypes extends SqlTypeFactoryImpl {
  private final RelDataType value = canonize(new PostgresType());

  PostgresTypes() {
    super(RelDataTypeSystem.DEFAULT);
  }

  RelDataType value() {
    return value;
  }

  RelDataType condition() {
    return createTypeWithNullability(createSqlType(SqlTypeName.BOOLEAN), true);
  }

  /** A row of so many values. */
  RelDataType row(int columns) {
    List<String> names = IntStream.range(0, columns).mapToObj(i -> "c" + i).toList();
    return createStructType(Collections.nCopies(columns, value), names);
  }

  @Override
  public RelDataType createTypeWithNullability(RelDataType type, boolean nullable) {
    return type instanceof PostgresType ? type : super.createTypeWithNullability(type, nullable);
  }

  @Override
  public RelDataType leastRestrictive(List<RelDataType> types) {
    return types.stream().allMatch(PostgresType.class::isInstance)
        ? value
        : super.leastRestrictive(types);
  }
}
