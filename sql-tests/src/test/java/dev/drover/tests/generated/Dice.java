package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** All chance comes from here, so that a seed gives the same statement again. */
final class Dice {
  private final RandomGenerator random;

  private Dice(RandomGenerator random) {
    this.random = random;
  }

  static Dice of(long seed) {
    return new Dice(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  int between(int least, int most) {
    return least + below(most - least + 1);
  }

  boolean chance(int percent) {
    return below(100) < percent;
  }

  <T> T pick(List<T> items) {
    return items.get(below(items.size()));
  }

  /** One of the makers makes. */
  @SafeVarargs
  final <T> T make(Supplier<? extends T>... makers) {
    return makers[below(makers.length)].get();
  }

  /** So many different items, in an order that the dice choose. */
  <T> List<T> some(List<T> items, int count) {
    List<T> left = new ArrayList<>(items);
    List<T> taken = new ArrayList<>();
    for (int i = 0; i < count && !left.isEmpty(); i++) {
      taken.add(left.remove(below(left.size())));
    }
    return taken;
  }
}
