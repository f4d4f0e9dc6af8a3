package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves out rows that will find no partner, as far below as they can be told:
 *
 * <pre>
 *   few LEFT JOIN (SELECT k, sum(x) FROM many GROUP BY k) ON few.k = many.k
 *   few LEFT JOIN (SELECT k, sum(x) FROM many WHERE k IN (keys of few) GROUP BY k) ON ...
 * </pre>
 *
 * <p>Sound for the right side of a join that keeps left rows only: without these rows each left row
 * has the partners that it had.
 */
final class Reduction {
  private static final double WORTH_IT = 0.3;

  private final Transfers transfers;
  private final Sizes sizes;

  Reduction(Transfers transfers) {
    this.transfers = transfers;
    this.sizes = transfers.sizes();
  }

  /** The right side with fewer rows; empty when no condition tells which, or when it is no gain. */
  Optional<Rows> reduced(Rows.Join join, Placed left) {
    Set<Column> ofRight = new HashSet<>(join.right().columns());
    List<Scalar> equal =
        join.on().stream()
            .filter(c -> c.equal().isPresent())
            .filter(c -> c.columns().stream().filter(ofRight::contains).count() == 1)
            .toList();
    if (equal.isEmpty() || left.spot() instanceof Spot.One || hasMoved(join.right())) {
      return Optional.empty();
    }
    List<Column> keys = new ArrayList<>();
    for (Scalar condition : equal) {
      condition.columns().stream()
          .filter(c -> !ofRight.contains(c) && !keys.contains(c))
          .forEach(keys::add);
    }
    Rows.Group values = new Rows.Group(left.rows(), keys, List.of());
    Placed there =
        left.with(values, left.spot(), transfers.work(sizes.of(left.rows()), left.spot()));
    return transfers
        .broadcast(there, keys)
        .flatMap(
            sent -> {
              Rows.Join semi = new Rows.Join(Rows.Join.Kind.SEMI, join.right(), sent.rows(), equal);
              boolean few = sizes.of(semi) < sizes.of(join.right()) * WORTH_IT;
              return few ? Optional.of(push(semi)) : Optional.empty();
            });
  }

  /** Reduced already. */
  private static boolean hasMoved(Rows rows) {
    return rows instanceof Rows.Moved || rows.inputs().stream().anyMatch(Reduction::hasMoved);
  }

  /** The semi-join as far below as its conditions have their columns from one side. */
  private static Rows push(Rows.Join semi) {
    Set<Column> used = new HashSet<>();
    semi.on().forEach(c -> used.addAll(c.columns()));
    used.removeAll(semi.right().columns());
    return switch (semi.left()) {
      case Rows.Where(var input, var conditions)
          when !(input instanceof Rows.Scan) && input.columns().containsAll(used) ->
          new Rows.Where(push(over(semi, input)), conditions);
      case Rows.Compute(var input, var computed) when input.columns().containsAll(used) ->
          new Rows.Compute(push(over(semi, input)), computed);
      case Rows.Group(var input, var keys, var aggregates) when keys.containsAll(used) ->
          new Rows.Group(push(over(semi, input)), keys, aggregates);
      case Rows.Join(var kind, var left, var right, var on) when left.columns().containsAll(used) ->
          new Rows.Join(kind, push(over(semi, left)), right, on);
      case Rows.Join(var kind, var left, var right, var on)
          when kind == Rows.Join.Kind.INNER && right.columns().containsAll(used) ->
          new Rows.Join(kind, left, push(over(semi, right)), on);
      default -> semi;
    };
  }

  private static Rows.Join over(Rows.Join semi, Rows rows) {
    return new Rows.Join(semi.kind(), rows, semi.right(), semi.on());
  }
}
