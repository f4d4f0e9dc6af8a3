package dev.drover.planner.relational;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Rows that may be had in several places, to be sent elsewhere from the one where that costs least.
 *
 * <p>Threads: confined.
 */
final class Movable {
  private final Transfers transfers;
  private final List<Placed> from;
  private final Set<Column> needed;
  private final Optional<Placed> broadcast;
  private final Optional<Placed> gathered;
  private final Map<Spot.Hashed, Optional<Placed>> spread = new HashMap<>();
  private final Map<Column, Optional<Placed>> spreadOverAll = new HashMap<>();

  /**
   * {@code needed} are the columns that are sent: what is asked of them by conditions and above.
   */
  Movable(Transfers transfers, List<Placed> from, Set<Column> needed) {
    this.transfers = transfers;
    this.from = List.copyOf(from);
    this.needed = needed;
    this.broadcast = cheapest(placed -> transfers.broadcast(placed, needed));
    this.gathered = cheapest(placed -> transfers.gather(placed, needed));
  }

  /** Other rows of the same columns. */
  Movable map(UnaryOperator<Placed> change) {
    return new Movable(transfers, from.stream().map(change).toList(), needed);
  }

  List<Placed> from() {
    return from;
  }

  Set<Column> needed() {
    return needed;
  }

  Optional<Placed> broadcast() {
    return broadcast;
  }

  Optional<Placed> gathered() {
    return gathered;
  }

  /** By these columns, which are as many as the key of {@code like}. */
  Optional<Placed> spread(List<Column> by, Spot.Hashed like) {
    return spread.computeIfAbsent(
        like.by(by), _ -> cheapest(placed -> transfers.spread(placed, needed, by, like)));
  }

  /** By one column, over the nodes of all. */
  Optional<Placed> spread(Column by) {
    return spreadOverAll.computeIfAbsent(
        by, _ -> cheapest(placed -> transfers.spread(placed, needed, by)));
  }

  private Optional<Placed> cheapest(Function<Placed, Optional<Placed>> move) {
    return from.stream()
        .flatMap(placed -> move.apply(placed).stream())
        .min(Comparator.comparingDouble(Placed::cost));
  }
}
