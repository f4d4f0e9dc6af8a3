package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Groups rows: each node for itself where all rows of a group are on it, in parts that are finished
 * elsewhere, or after the rows have been spread by a grouped column.
 */
final class GroupPlans {
  private static final int MAX_KEYS = 3;

  private final Transfers transfers;
  private final Sizes sizes;

  GroupPlans(Transfers transfers) {
    this.transfers = transfers;
    this.sizes = transfers.sizes();
  }

  List<Placed> plans(Rows.Group group, List<Placed> inputs, Set<Column> inputNeeded) {
    Alternatives found = new Alternatives();
    for (Placed input : inputs) {
      whole(group, input).ifPresent(found::add);
      if (input.spot().isParts()) {
        if (group.aggregates().stream().allMatch(Aggregate::isDivisible)) {
          inParts(group, input).forEach(found::add);
        }
        moved(input, inputNeeded, group.keys())
            .forEach(there -> whole(group, there).ifPresent(found::add));
      }
    }
    return found.list();
  }

  /** Every group is on one node. */
  private Optional<Placed> whole(Rows.Group group, Placed input) {
    Optional<Spot> spot =
        switch (input.spot()) {
          case Spot.Copies copies -> Optional.of(copies);
          case Spot.One one -> Optional.of(one);
          case Spot.Scattered _ -> Optional.empty();
          case Spot.Hashed hashed -> {
            Spot then = hashed.only(new LinkedHashSet<>(group.keys()));
            yield then instanceof Spot.Hashed ? Optional.of(then) : Optional.empty();
          }
        };
    Rows.Group there = new Rows.Group(input.rows(), group.keys(), group.aggregates());
    return spot.map(
        s -> input.with(there, s, transfers.work(sizes.of(input.rows()), input.spot())));
  }

  private List<Placed> inParts(Rows.Group group, Placed input) {
    List<Aggregate> parts = new ArrayList<>();
    group.aggregates().forEach(a -> a.parts().forEach(p -> parts.add(p.whole())));
    Rows.Group begun = new Rows.Group(input.rows(), group.keys(), parts);
    Spot spot =
        input.spot() instanceof Spot.Hashed hashed
            ? hashed.only(new LinkedHashSet<>(group.keys()))
            : input.spot();
    Placed there = input.with(begun, spot, transfers.work(sizes.of(input.rows()), input.spot()));
    List<Aggregate> finishing = group.aggregates().stream().map(Aggregate::finishing).toList();
    List<Placed> found = new ArrayList<>();
    List<Placed> moved = moved(there, new LinkedHashSet<>(begun.columns()), group.keys());
    transfers.broadcast(there, begun.columns()).ifPresent(moved::add);
    for (Placed part : moved) {
      Rows.Group finished = new Rows.Group(part.rows(), group.keys(), finishing);
      double work = transfers.work(sizes.of(part.rows()), part.spot());
      found.add(part.with(finished, part.spot(), work));
    }
    return found;
  }

  /** By a grouped column, or to one place. */
  private List<Placed> moved(Placed input, Set<Column> needed, List<Column> keys) {
    List<Placed> moved = new ArrayList<>();
    keys.stream()
        .filter(k -> k.hash().isPresent())
        .sorted((a, b) -> Double.compare(b.distinct(), a.distinct()))
        .limit(MAX_KEYS)
        .forEach(key -> transfers.spread(input, needed, key).ifPresent(moved::add));
    transfers.gather(input, needed).ifPresent(moved::add);
    return moved;
  }
}
