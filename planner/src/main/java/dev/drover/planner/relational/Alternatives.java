package dev.drover.planner.relational;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of plans for the same rows, the cheapest one for each place.
 *
 * <p>Threads: confined.
 */
final class Alternatives {
  private static final int MAX = 8;

  private final Map<Object, Placed> cheapest = new LinkedHashMap<>();

  void add(Placed placed) {
    Object place =
        switch (placed.spot()) {
          case Spot.Hashed hashed -> List.of(hashed.shards(), hashed.modulo(), hashed.key());
          case Spot.Copies _, Spot.Scattered _, Spot.One _ -> placed.spot();
        };
    Placed known = cheapest.get(place);
    if (known == null || placed.cost() < known.cost()) {
      cheapest.put(place, placed);
    }
  }

  void addAll(Collection<Placed> more) {
    more.forEach(this::add);
  }

  /** Cheapest first. */
  List<Placed> list() {
    return cheapest.values().stream()
        .sorted(Comparator.comparingDouble(Placed::cost))
        .limit(MAX)
        .toList();
  }
}
