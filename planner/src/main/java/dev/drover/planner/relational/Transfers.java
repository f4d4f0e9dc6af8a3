package dev.drover.planner.relational;

import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.moves.RowEstimates;
import dev.drover.planner.plan.Exchange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sends rows elsewhere, at a price.
 *
 * <p>Units: as {@link Placed}.
 */
final class Transfers {
  /** That LIMIT asks for, about: a plan is for all of its values. */
  private static final double ROWS_OF_LIMIT = 1_000;

  /** Its statements and round trips. */
  private static final double BYTES_PER_EXCHANGE = 10_000;

  private final List<Integer> nodes;
  private final ShardMap shards;
  private final Sizes sizes = new Sizes();

  /** {@code shards} are those by which rows are spread that have no better place to go to. */
  Transfers(List<Integer> nodes, ShardMap shards) {
    this.nodes = List.copyOf(nodes);
    this.shards = shards;
  }

  List<Integer> nodes() {
    return nodes;
  }

  Sizes sizes() {
    return sizes;
  }

  /** What the servers do with so many rows. */
  double work(double rows, Spot spot) {
    return rows * RowEstimates.BYTES_PER_ROW / (spot.isParts() ? spot.nodes().size() : 1);
  }

  Optional<Placed> broadcast(Placed placed, Collection<Column> needed) {
    Spot to = new Spot.Copies(nodes);
    return moved(placed, needed, to, new Exchange.Route.Broadcast());
  }

  Optional<Placed> gather(Placed placed, Collection<Column> needed) {
    return moved(placed, needed, new Spot.One(), new Exchange.Route.Gather());
  }

  /** The first ones of each node. */
  Optional<Placed> gatherFew(Placed placed, Collection<Column> needed) {
    double few = Math.min(sizes.of(placed.rows()), nodes.size() * ROWS_OF_LIMIT);
    return moved(placed, needed, new Spot.One(), new Exchange.Route.Gather())
        .map(
            there ->
                placed.with(there.rows(), there.spot(), price((Rows.Moved) there.rows(), few)));
  }

  /** By these columns, which are as many as the key of {@code like}. */
  Optional<Placed> spread(
      Placed placed, Collection<Column> needed, List<Column> by, Spot.Hashed like) {
    List<Column> sent = new ArrayList<>(new LinkedHashSet<>(needed));
    by.stream().filter(c -> !sent.contains(c)).forEach(sent::add);
    List<Integer> positions = new ArrayList<>();
    List<HashType> types = new ArrayList<>();
    for (Column column : by) {
      Optional<HashType> type = column.hash().filter(HashType::distributable);
      if (type.isEmpty()) {
        return Optional.empty();
      }
      positions.add(sent.indexOf(column));
      types.add(type.get());
    }
    Exchange.Route route = new Exchange.Route.ByKey(positions, types, like.shards(), like.modulo());
    return moved(placed, sent, like.by(by), route);
  }

  /** By one column, over the nodes of all. */
  Optional<Placed> spread(Placed placed, Collection<Column> needed, Column by) {
    Spot.Hashed like = new Spot.Hashed(shards, false, List.of(Set.of(by)));
    return spread(placed, needed, List.of(by), like);
  }

  private Optional<Placed> moved(
      Placed placed, Collection<Column> needed, Spot to, Exchange.Route route) {
    if (placed.spot() instanceof Spot.One
        || needed.stream().anyMatch(column -> column.type().isEmpty())) {
      return Optional.empty();
    }
    Rows.Moved rows =
        new Rows.Moved(
            placed.rows(), placed.spot(), to, route, List.copyOf(new LinkedHashSet<>(needed)));
    return Optional.of(placed.with(rows, to, price(rows)));
  }

  /** What it costs to send the rows, and to have them there. */
  double price(Rows.Moved moved) {
    return price(moved, sizes.of(moved.input()));
  }

  private double price(Rows.Moved moved, double rows) {
    int copies = moved.route() instanceof Exchange.Route.Broadcast ? nodes.size() : 1;
    double bytes = rows * Sizes.width(moved.columns()) * (1 + copies);
    return bytes + work(rows, moved.to()) + BYTES_PER_EXCHANGE;
  }
}
