package dev.drover.planner.calcite;

import dev.drover.planner.relational.Aggregate;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Reads relational expressions back; empty for what {@link ToCalcite} does not make. */
final class FromCalcite {
  private FromCalcite() {}

  /** Rows, and which column each position is. */
  record Read(Rows rows, List<Column> columns) {
    Read {
      columns = List.copyOf(columns);
    }
  }

  static Optional<Read> of(RelNode node) {
    return switch (node) {
      case TableRows table -> Optional.of(new Read(table.rows(), table.rows().columns()));
      case LogicalFilter filter ->
          of(filter.getInput()).flatMap(inner -> filtered(filter.getCondition(), inner));
      case LogicalProject project ->
          of(project.getInput()).flatMap(inner -> computed(project.getProjects(), inner));
      case Join join ->
          of(join.getLeft()).flatMap(l -> of(join.getRight()).flatMap(r -> join(join, l, r)));
      case LogicalAggregate aggregate ->
          of(aggregate.getInput()).flatMap(inner -> grouped(aggregate, inner));
      default -> Optional.empty();
    };
  }

  private static Optional<Read> filtered(RexNode condition, Read inner) {
    return conditions(condition, inner.columns())
        .map(
            all ->
                all.isEmpty()
                    ? inner
                    : new Read(new Rows.Where(inner.rows(), all), inner.columns()));
  }

  private static Optional<List<Scalar>> conditions(RexNode condition, List<Column> columns) {
    List<Scalar> all = new ArrayList<>();
    for (RexNode one : RelOptUtil.conjunctions(condition)) {
      Optional<Scalar> scalar = one.isAlwaysTrue() ? Optional.empty() : scalar(one, columns);
      if (scalar.isEmpty() && !one.isAlwaysTrue()) {
        return Optional.empty();
      }
      scalar.ifPresent(all::add);
    }
    return Optional.of(all);
  }

  private static Optional<Scalar> scalar(RexNode node, List<Column> columns) {
    return switch (node) {
      case RexInputRef reference -> Optional.of(Scalar.of(columns.get(reference.getIndex())));
      case RexCall call when call.getOperator() instanceof OpaqueFunction function ->
          opaque(function, call.getOperands(), columns);
      case RexCall call when call.getKind() == SqlKind.EQUALS -> equality(call, columns);
      default -> Optional.empty();
    };
  }

  private static Optional<Scalar> opaque(
      OpaqueFunction function, List<RexNode> operands, List<Column> columns) {
    Map<Column, Scalar> meaning = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      Optional<Scalar> operand = scalar(operands.get(i), columns);
      if (operand.isEmpty()) {
        return Optional.empty();
      }
      meaning.put(function.operands().get(i), operand.get());
    }
    return Optional.of(function.scalar().with(meaning::get));
  }

  private static Optional<Scalar> equality(RexCall call, List<Column> columns) {
    Optional<Scalar> left = scalar(call.getOperands().getFirst(), columns);
    Optional<Scalar> right = scalar(call.getOperands().getLast(), columns);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    if (left.get().column().isPresent() && right.get().column().isPresent()) {
      return Optional.of(Scalar.equality(left.get().column().get(), right.get().column().get()));
    }
    return Optional.of(Scalar.comparison(left.get(), right.get()));
  }

  private static Optional<Read> computed(List<RexNode> values, Read inner) {
    List<Column> columns = new ArrayList<>();
    List<Rows.Compute.Computed> computed = new ArrayList<>();
    for (RexNode value : values) {
      Optional<Scalar> scalar = scalar(value, inner.columns());
      if (scalar.isEmpty()) {
        return Optional.empty();
      }
      if (scalar.get().column().isPresent()) {
        columns.add(scalar.get().column().get());
      } else if (value instanceof RexCall call
          && call.getOperator() instanceof OpaqueFunction function
          && function.result().isPresent()) {
        columns.add(function.result().get());
        computed.add(new Rows.Compute.Computed(function.result().get(), scalar.get()));
      } else {
        return Optional.empty();
      }
    }
    Rows rows = computed.isEmpty() ? inner.rows() : new Rows.Compute(inner.rows(), computed);
    return Optional.of(new Read(rows, columns));
  }

  private static Optional<Read> join(Join join, Read left, Read right) {
    Optional<Rows.Join.Kind> kind =
        switch (join.getJoinType()) {
          case INNER -> Optional.of(Rows.Join.Kind.INNER);
          case LEFT -> Optional.of(Rows.Join.Kind.LEFT);
          case SEMI -> Optional.of(Rows.Join.Kind.SEMI);
          case ANTI -> Optional.of(Rows.Join.Kind.ANTI);
          default -> Optional.empty();
        };
    List<Column> both = new ArrayList<>(left.columns());
    both.addAll(right.columns());
    Optional<List<Scalar>> on = conditions(join.getCondition(), both);
    if (kind.isEmpty() || on.isEmpty()) {
      return Optional.empty();
    }
    Rows.Join rows = new Rows.Join(kind.get(), left.rows(), right.rows(), on.get());
    return Optional.of(new Read(rows, rows.keepsRight() ? both : left.columns()));
  }

  /** Its arguments must be the columns that they were. */
  private static Optional<Read> grouped(LogicalAggregate aggregate, Read inner) {
    List<Column> keys = new ArrayList<>();
    aggregate.getGroupSet().asList().forEach(p -> keys.add(inner.columns().get(p)));
    List<Column> columns = new ArrayList<>(keys);
    List<Aggregate> aggregates = new ArrayList<>();
    for (AggregateCall call : aggregate.getAggCallList()) {
      if (!(call.getAggregation() instanceof OpaqueAggregate own)
          || !call.getArgList().stream()
              .map(inner.columns()::get)
              .toList()
              .equals(List.copyOf(own.aggregate().call().columns()))) {
        return Optional.empty();
      }
      aggregates.add(own.aggregate());
      columns.add(own.aggregate().result());
    }
    return Optional.of(new Read(new Rows.Group(inner.rows(), keys, aggregates), columns));
  }
}
