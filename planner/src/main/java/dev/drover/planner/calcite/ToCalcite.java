package dev.drover.planner.calcite;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.drover.planner.relational.Aggregate;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.plan.Convention;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Makes Calcite's relational expressions. A column becomes a position there.
 *
 * <p>Threads: confined to the planning of one statement.
 */
final class ToCalcite {
  private final RelOptCluster cluster;
  private final PostgresTypes types;
  private final RexBuilder builder;
  private int numbers;

  ToCalcite(RelOptCluster cluster, PostgresTypes types) {
    this.cluster = cluster;
    this.types = types;
    this.builder = cluster.getRexBuilder();
  }

  /** An expression, and which column each of its positions is. */
  record Positioned(RelNode node, List<Column> columns) {
    Positioned {
      columns = List.copyOf(columns);
    }
  }

  Positioned of(Rows rows) {
    return switch (rows) {
      case Rows.Scan _, Rows.Moved _ -> {
        numbers++;
        RelDataType type = types.row(rows.columns().size());
        yield new Positioned(
            new TableRows(cluster, cluster.traitSetOf(Convention.NONE), numbers, rows, type),
            rows.columns());
      }
      case Rows.Where(var input, var conditions) -> {
        Positioned inner = of(input);
        RexNode all = all(conditions, inner.columns());
        yield new Positioned(LogicalFilter.create(inner.node(), all), inner.columns());
      }
      case Rows.Compute(var input, var computed) -> computed(of(input), computed);
      case Rows.Join join -> join(join);
      case Rows.Group group -> group(group);
    };
  }

  private RexNode all(List<Scalar> conditions, List<Column> columns) {
    return RexUtil.composeConjunction(
        builder, conditions.stream().map(c -> condition(c, columns)).toList());
  }

  private RexNode condition(Scalar condition, List<Column> columns) {
    if (condition.equal().isPresent()) {
      Scalar.Equality equal = condition.equal().get();
      return builder.makeCall(
          types.condition(),
          SqlStdOperatorTable.EQUALS,
          List.of(reference(equal.left(), columns), reference(equal.right(), columns)));
    }
    return opaque(condition, Optional.empty(), types.condition(), columns);
  }

  private RexNode reference(Column column, List<Column> columns) {
    int position = columns.indexOf(column);
    if (position < 0) {
      throw new IllegalStateException("no column " + column);
    }
    return builder.makeInputRef(types.value(), position);
  }

  private RexNode opaque(
      Scalar scalar, Optional<Column> result, RelDataType type, List<Column> columns) {
    numbers++;
    List<RexNode> operands = new ArrayList<>();
    scalar.columns().forEach(c -> operands.add(reference(c, columns)));
    return builder.makeCall(type, new OpaqueFunction(numbers, scalar, result, type), operands);
  }

  private Positioned computed(Positioned inner, List<Rows.Compute.Computed> computed) {
    List<RexNode> values = new ArrayList<>();
    List<Column> columns = new ArrayList<>(inner.columns());
    inner.columns().forEach(c -> values.add(reference(c, inner.columns())));
    for (Rows.Compute.Computed one : computed) {
      values.add(opaque(one.value(), Optional.of(one.column()), types.value(), inner.columns()));
      columns.add(one.column());
    }
    RelNode node =
        LogicalProject.create(
            inner.node(), ImmutableList.of(), values, types.row(values.size()), ImmutableSet.of());
    return new Positioned(node, columns);
  }

  private Positioned join(Rows.Join join) {
    Positioned left = of(join.left());
    Positioned right = of(join.right());
    List<Column> both = new ArrayList<>(left.columns());
    both.addAll(right.columns());
    JoinRelType kind =
        switch (join.kind()) {
          case INNER -> JoinRelType.INNER;
          case LEFT -> JoinRelType.LEFT;
          case SEMI -> JoinRelType.SEMI;
          case ANTI -> JoinRelType.ANTI;
        };
    RelNode node =
        LogicalJoin.create(
            left.node(),
            right.node(),
            ImmutableList.of(),
            all(join.on(), both),
            ImmutableSet.of(),
            kind);
    return new Positioned(node, join.keepsRight() ? both : left.columns());
  }

  private Positioned group(Rows.Group group) {
    Positioned inner = of(group.input());
    ImmutableBitSet keys =
        ImmutableBitSet.of(group.keys().stream().map(inner.columns()::indexOf).toList());
    List<Column> columns = new ArrayList<>();
    keys.asList().forEach(position -> columns.add(inner.columns().get(position)));
    List<AggregateCall> calls = new ArrayList<>();
    for (Aggregate aggregate : group.aggregates()) {
      numbers++;
      List<Integer> arguments =
          aggregate.call().columns().stream().map(inner.columns()::indexOf).toList();
      calls.add(
          AggregateCall.create(
              new OpaqueAggregate(numbers, aggregate, types.value()),
              false,
              false,
              false,
              ImmutableList.of(),
              arguments,
              -1,
              null,
              RelCollations.EMPTY,
              types.value(),
              null));
      columns.add(aggregate.result());
    }
    RelNode node = LogicalAggregate.create(inner.node(), ImmutableList.of(), keys, null, calls);
    return new Positioned(node, columns);
  }
}
