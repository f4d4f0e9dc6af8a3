package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Of plans for the same rows, the cheapest one for each place.
 *
 * <p>Threads: confined.
 */
final class Alternatives {
  private static final int MAX = 8;

  /** One for each place. */
  private final List<Placed> cheapest = new ArrayList<>();

  void add(Placed placed) {
    add(placed.spot(), placed.cost(), placed::rows);
  }

  void addAll(Collection<Placed> more) {
    more.forEach(this::add);
  }

  /** {@code rows} is asked only if none is known that is as cheap. */
  void add(Spot spot, double cost, Supplier<Rows> rows) {
    int known = 0;
    while (known < cheapest.size() && !cheapest.get(known).spot().equals(spot)) {
      known++;
    }
    if (known == cheapest.size()) {
      cheapest.add(new Placed(rows.get(), spot, cost));
    } else if (cost < cheapest.get(known).cost()) {
      cheapest.set(known, new Placed(rows.get(), spot, cost));
    }
  }

  /** Cheapest first. */
  List<Placed> list() {
    return cheapest.stream().sorted(Comparator.comparingDouble(Placed::cost)).limit(MAX).toList();
  }
}
