package dev.drover.planner.relational;

import dev.drover.planner.relational.Rows.Join.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
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

  /**
   * The sides, and what is needed of them.
   *
   * @param leftNeeded by the conditions and above
   */
  record Sides(
      Kind kind,
      Placed left,
      Collection<Column> leftNeeded,
      Placed right,
      Collection<Column> rightNeeded,
      List<Scalar> on) {}

  List<Placed> plans(Sides sides) {
    Alternatives found = new Alternatives();
    join(sides, sides.left(), sides.right()).ifPresent(found::add);
    for (Placed right : movedRight(sides)) {
      join(sides, sides.left(), right).ifPresent(found::add);
    }
    for (Placed left : movedLeft(sides)) {
      join(sides, left, sides.right()).ifPresent(found::add);
    }
    bothSpread(sides).forEach(found::add);
    transfers
        .gather(sides.left(), sides.leftNeeded())
        .flatMap(
            left ->
                transfers
                    .gather(right(sides), sides.rightNeeded())
                    .flatMap(right -> join(sides, left, right)))
        .ifPresent(found::add);
    return found.list();
  }

  private List<Placed> movedRight(Sides sides) {
    List<Placed> moved = new ArrayList<>();
    Placed right = right(sides);
    switch (sides.left().spot()) {
      case Spot.One _ -> transfers.gather(right, sides.rightNeeded()).ifPresent(moved::add);
      case Spot.Copies _ -> transfers.broadcast(right, sides.rightNeeded()).ifPresent(moved::add);
      case Spot.Scattered _ ->
          transfers.broadcast(right, sides.rightNeeded()).ifPresent(moved::add);
      case Spot.Hashed hashed -> {
        transfers.broadcast(right, sides.rightNeeded()).ifPresent(moved::add);
        partners(hashed, sides.on(), right.rows().columns())
            .flatMap(by -> transfers.spread(right, sides.rightNeeded(), by, hashed))
            .ifPresent(moved::add);
      }
    }
    return moved;
  }

  private List<Placed> movedLeft(Sides sides) {
    List<Placed> moved = new ArrayList<>();
    switch (sides.right().spot()) {
      case Spot.One _ -> transfers.gather(sides.left(), sides.leftNeeded()).ifPresent(moved::add);
      case Spot.Copies _, Spot.Scattered _ -> {}
      case Spot.Hashed hashed ->
          partners(hashed, sides.on(), sides.left().rows().columns())
              .flatMap(by -> transfers.spread(sides.left(), sides.leftNeeded(), by, hashed))
              .ifPresent(moved::add);
    }
    if (sides.kind() == Kind.INNER && sides.right().spot().isParts()) {
      transfers.broadcast(sides.left(), sides.leftNeeded()).ifPresent(moved::add);
    }
    return moved;
  }

  private List<Placed> bothSpread(Sides sides) {
    List<Placed> found = new ArrayList<>();
    for (Scalar condition : sides.on()) {
      condition
          .equal()
          .ifPresent(
              e -> {
                Scalar.Equality facing = e.facing(sides.right().rows().columns());
                transfers
                    .spread(sides.left(), sides.leftNeeded(), facing.left())
                    .flatMap(
                        left ->
                            transfers
                                .spread(right(sides), sides.rightNeeded(), facing.right())
                                .flatMap(right -> join(sides, left, right)))
                    .ifPresent(found::add);
              });
    }
    return found;
  }

  /**
   * The right side as it moves: where only its existence counts, equal rows move once, if that
   * leaves many out. Conditions other than equality may tell 1.0 from 1.00.
   */
  private Placed right(Sides sides) {
    Placed right = sides.right();
    if (sides.kind() == Kind.INNER
        || sides.kind() == Kind.LEFT
        || right.spot() instanceof Spot.One) {
      return right;
    }
    boolean known =
        sides.rightNeeded().stream().allMatch(c -> c.hash().isPresent())
            && sides.on().stream()
                .filter(c -> c.equal().isEmpty())
                .flatMap(c -> c.columns().stream())
                .filter(right.rows().columns()::contains)
                .allMatch(Column::isIdenticalWhenEqual);
    List<Column> columns = List.copyOf(new LinkedHashSet<>(sides.rightNeeded()));
    double rows = sizes.of(right.rows());
    if (!known || columns.isEmpty() || sizes.groups(right.rows(), columns) > rows / 2) {
      return right;
    }
    return right.with(
        new Rows.Group(right.rows(), columns, List.of()),
        right.spot(),
        transfers.work(rows, right.spot()));
  }

  /** For each column of a key, one of the columns that is equal to it. */
  private static Optional<List<Column>> partners(
      Spot.Hashed hashed, List<Scalar> on, List<Column> columns) {
    Set<Column> own = new HashSet<>(columns);
    List<Column> by = new ArrayList<>();
    for (Set<Column> position : hashed.key()) {
      Optional<Column> partner =
          on.stream()
              .flatMap(c -> c.equal().stream())
              .flatMap(e -> Stream.of(e, e.swapped()))
              .filter(e -> position.contains(e.left()) && own.contains(e.right()))
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

  /** Without moving anything; empty where the rows do not meet. */
  private Optional<Placed> join(Sides sides, Placed left, Placed right) {
    Optional<Spot> spot = meeting(sides.kind(), sides.on(), left.spot(), right.spot());
    return spot.map(
        where -> {
          Rows.Join join = new Rows.Join(sides.kind(), left.rows(), right.rows(), sides.on());
          double work =
              transfers.work(
                  sizes.of(join) + sizes.of(left.rows()) + sizes.of(right.rows()), where);
          return new Placed(join, where, left.cost() + right.cost() + work);
        });
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
