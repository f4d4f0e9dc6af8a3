package dev.drover.planner.relational;

import dev.drover.planner.relational.Rows.Join.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Brings the two sides of a join together: as they are, by copying one of them to the other's
 * nodes, by spreading one by the other's key, or both by columns that are equal.
 */
final class Joining {
  private final Transfers transfers;
  private final Sizes sizes;

  Joining(Transfers transfers) {
    this.transfers = transfers;
    this.sizes = transfers.sizes();
  }

  /** The sides, each as it may be had. */
  record Sides(Kind kind, Movable left, Movable right, List<Scalar> on) {
    Sides {
      on = List.copyOf(on);
    }
  }

  Movable movable(List<Placed> from, Set<Column> needed) {
    return new Movable(transfers, from, needed);
  }

  /** One for each place where the result may be. */
  List<Placed> plans(Sides sides) {
    Alternatives found = new Alternatives();
    Movable left = sides.left();
    Movable right = narrowed(sides);
    for (Placed stayed : left.from()) {
      sides.right().from().forEach(r -> join(found, sides, stayed, r));
      movedRight(sides, stayed.spot(), right).forEach(r -> join(found, sides, stayed, r));
    }
    for (Placed stayed : sides.right().from()) {
      movedLeft(sides, stayed.spot()).forEach(l -> join(found, sides, l, stayed));
    }
    for (Scalar condition : sides.on()) {
      condition.equal().ifPresent(e -> bothSpread(found, sides, e, right));
    }
    both(found, sides, left.gathered(), right.gathered());
    return found.list();
  }

  private static List<Placed> movedRight(Sides sides, Spot left, Movable right) {
    List<Placed> moved = new ArrayList<>();
    switch (left) {
      case Spot.One _ -> right.gathered().ifPresent(moved::add);
      case Spot.Copies _, Spot.Scattered _ -> right.broadcast().ifPresent(moved::add);
      case Spot.Hashed hashed -> {
        right.broadcast().ifPresent(moved::add);
        partners(hashed, sides.on(), right.needed())
            .flatMap(by -> right.spread(by, hashed))
            .ifPresent(moved::add);
      }
    }
    return moved;
  }

  private static List<Placed> movedLeft(Sides sides, Spot right) {
    Movable left = sides.left();
    List<Placed> moved = new ArrayList<>();
    switch (right) {
      case Spot.One _ -> left.gathered().ifPresent(moved::add);
      case Spot.Copies _, Spot.Scattered _ -> {}
      case Spot.Hashed hashed ->
          partners(hashed, sides.on(), left.needed())
              .flatMap(by -> left.spread(by, hashed))
              .ifPresent(moved::add);
    }
    if (sides.kind() == Kind.INNER && right.isParts()) {
      left.broadcast().ifPresent(moved::add);
    }
    return moved;
  }

  private void bothSpread(Alternatives found, Sides sides, Scalar.Equality equal, Movable right) {
    Scalar.Equality facing = equal.facing(right.needed());
    both(found, sides, sides.left().spread(facing.left()), right.spread(facing.right()));
  }

  private void both(
      Alternatives found, Sides sides, Optional<Placed> left, Optional<Placed> right) {
    left.ifPresent(l -> right.ifPresent(r -> join(found, sides, l, r)));
  }

  /**
   * The right side as it moves: where only its existence counts, equal rows move once, if that
   * leaves many out. Conditions other than equality may tell 1.0 from 1.00.
   */
  private Movable narrowed(Sides sides) {
    Movable right = sides.right();
    List<Column> columns = List.copyOf(right.needed());
    if (sides.kind() == Kind.INNER || sides.kind() == Kind.LEFT || columns.isEmpty()) {
      return right;
    }
    boolean known =
        columns.stream().allMatch(c -> c.hash().isPresent())
            && sides.on().stream()
                .filter(c -> c.equal().isEmpty())
                .flatMap(c -> c.columns().stream())
                .filter(right.needed()::contains)
                .allMatch(Column::isIdenticalWhenEqual);
    return known ? right.map(placed -> narrowed(placed, columns)) : right;
  }

  private Placed narrowed(Placed right, List<Column> columns) {
    double rows = sizes.of(right.rows());
    if (right.spot() instanceof Spot.One || sizes.groups(right.rows(), columns) > rows / 2) {
      return right;
    }
    return right.with(
        new Rows.Group(right.rows(), columns, List.of()),
        right.spot(),
        transfers.work(rows, right.spot()));
  }

  /** For each column of a key, one of the columns that is equal to it. */
  private static Optional<List<Column>> partners(
      Spot.Hashed hashed, List<Scalar> on, Set<Column> columns) {
    List<Column> by = new ArrayList<>();
    for (Set<Column> position : hashed.key()) {
      Optional<Column> partner =
          on.stream()
              .flatMap(c -> c.equal().stream())
              .flatMap(e -> Stream.of(e, e.swapped()))
              .filter(e -> position.contains(e.left()) && columns.contains(e.right()))
              .map(Scalar.Equality::right)
              .filter(c -> c.hash().isPresent())
              .findFirst();
      if (partner.isEmpty()) {
        return Optional.empty();
      }
      by.add(partner.get());
    }
    return Optional.of(by);
  }

  /** Without moving anything; nothing where the rows do not meet. */
  private void join(Alternatives found, Sides sides, Placed left, Placed right) {
    Optional<Spot> spot = meeting(sides.kind(), sides.on(), left.spot(), right.spot());
    if (spot.isPresent()) {
      Spot where = spot.get();
      Rows.Join join = new Rows.Join(sides.kind(), left.rows(), right.rows(), sides.on());
      double rows = sizes.of(left.rows()) + sizes.of(right.rows()) + sizes.ofNew(join);
      double cost = left.cost() + right.cost() + transfers.work(rows, where);
      found.add(where, cost, () -> join);
    }
  }

  /** Where each row of the left side meets all of its partners. */
  static Optional<Spot> meeting(Kind kind, List<Scalar> on, Spot left, Spot right) {
    if (left instanceof Spot.One && right instanceof Spot.One) {
      return Optional.of(left);
    }
    if (left instanceof Spot.Copies(var ofLeft) && right instanceof Spot.Copies(var ofRight)) {
      List<Integer> common = ofLeft.stream().filter(ofRight::contains).toList();
      return common.isEmpty() ? Optional.empty() : Optional.of(new Spot.Copies(common));
    }
    if (left.isParts() && right instanceof Spot.Copies(var copies)) {
      return copies.containsAll(left.nodes())
          ? Optional.of(wider(kind, left, on))
          : Optional.empty();
    }
    if (left instanceof Spot.Copies(var copies) && right.isParts() && kind == Kind.INNER) {
      return copies.containsAll(right.nodes())
          ? Optional.of(wider(kind, right, on))
          : Optional.empty();
    }
    if (left instanceof Spot.Hashed ofLeft
        && right instanceof Spot.Hashed ofRight
        && meet(ofLeft, ofRight, on)) {
      return Optional.of(wider(kind, left, on));
    }
    return Optional.empty();
  }

  /** Only an inner join's conditions hold for every row that comes out. */
  private static Spot wider(Kind kind, Spot spot, List<Scalar> on) {
    return spot instanceof Spot.Hashed hashed && kind == Kind.INNER ? hashed.and(on) : spot;
  }

  private static boolean meet(Spot.Hashed left, Spot.Hashed right, List<Scalar> on) {
    if (!left.isLike(right)) {
      return false;
    }
    for (int i = 0; i < left.key().size(); i++) {
      Set<Column> ofLeft = left.key().get(i);
      Set<Column> ofRight = right.key().get(i);
      boolean equal =
          on.stream().flatMap(c -> c.equal().stream()).anyMatch(e -> e.connects(ofLeft, ofRight));
      if (!equal) {
        return false;
      }
    }
    return true;
  }
}
