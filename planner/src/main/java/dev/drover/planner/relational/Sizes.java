package dev.drover.planner.relational;

import dev.drover.planner.moves.RowEstimates;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * How many rows there are, about. Plans are compared by it; none depends on it for its answer.
 *
 * <p>Threads: confined to the planning of one statement.
 */
final class Sizes {
  private static final double LEAST_FRACTION = 0.05;

  private final IdentityHashMap<Rows, Double> known = new IdentityHashMap<>();

  /** Bytes of a row of these columns. */
  static double width(Collection<Column> columns) {
    return RowEstimates.ROW_OVERHEAD + columns.stream().mapToDouble(Column::width).sum();
  }

  double of(Rows rows) {
    Double size = known.get(rows);
    if (size == null) {
      size = Math.max(1, compute(rows));
      known.put(rows, size);
    }
    return size;
  }

  /** Of rows that may be forgotten again. */
  double ofNew(Rows.Join join) {
    return Math.max(1, ofJoin(join));
  }

  private double compute(Rows rows) {
    return switch (rows) {
      case Rows.Scan scan -> scan.count();
      case Rows.Where(var input, var conditions) -> of(input) * fraction(conditions);
      case Rows.Compute(var input, _) -> of(input);
      case Rows.Group(var input, var keys, _) -> groups(input, keys);
      case Rows.Moved(var input, _, _, _, _) -> of(input);
      case Rows.Join join -> ofJoin(join);
    };
  }

  static double fraction(List<Scalar> conditions) {
    return conditions.stream().mapToDouble(Scalar::fraction).reduce(1, (a, b) -> a * b);
  }

  double groups(Rows rows, List<Column> keys) {
    double groups = 1;
    for (Column key : keys) {
      groups *= Math.max(1, values(rows, key));
    }
    return Math.min(of(rows), groups);
  }

  /** Different values of a column: no more than there are rows that have it, or its partners. */
  private double values(Rows rows, Column column) {
    double most = Math.min(column.distinct(), of(rows));
    if (rows instanceof Rows.Join(var kind, _, var right, var on) && kind == Rows.Join.Kind.SEMI) {
      boolean partner =
          on.stream()
              .flatMap(c -> c.equal().stream())
              .anyMatch(e -> e.connects(List.of(column), right.columns()));
      most = partner ? Math.min(most, of(right)) : most;
    }
    for (Rows input : rows.inputs()) {
      if (input.columns().contains(column)) {
        most = Math.min(most, values(input, column));
      }
    }
    return most;
  }

  private double ofJoin(Rows.Join join) {
    double left = of(join.left());
    double right = of(join.right());
    return switch (join.kind()) {
      case INNER -> left * right * fraction(join.on());
      case LEFT -> Math.max(left, left * right * fraction(join.on()));
      case SEMI -> left * matching(join, right);
      case ANTI -> left * Math.max(LEAST_FRACTION, 1 - matching(join, right));
    };
  }

  /** The part of the left rows that have a partner. */
  private static double matching(Rows.Join join, double right) {
    double fraction = 1;
    for (Scalar condition : join.on()) {
      if (condition.equal().isPresent()) {
        Scalar.Equality equal = condition.equal().get().facing(join.right().columns());
        double values = Math.min(equal.right().distinct(), right);
        fraction = Math.min(fraction, values / Math.max(1, equal.left().distinct()));
      }
    }
    return Math.clamp(fraction, 0, 1);
  }
}
