package dev.drover.planner.calcite;

import dev.drover.planner.relational.Rows;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.AbstractRelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.type.RelDataType;

/** Rows that are left as they are. */
final class TableRows extends AbstractRelNode {
  private final int number;
  private final transient Rows rows;

  TableRows(RelOptCluster cluster, RelTraitSet traits, int number, Rows rows, RelDataType type) {
    super(cluster, traits);
    this.number = number;
    this.rows = rows;
    this.rowType = type;
  }

  Rows rows() {
    return rows;
  }

  @Override
  public RelWriter explainTerms(RelWriter writer) {
    return super.explainTerms(writer).item("number", number);
  }
}
