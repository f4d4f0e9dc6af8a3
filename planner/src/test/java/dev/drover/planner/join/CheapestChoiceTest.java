package dev.drover.planner.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.join.CheapestChoice.Alternatives;
import dev.drover.planner.join.CheapestChoice.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class CheapestChoiceTest {
  private static final List<Alternatives<String>> TWO =
      List.of(
          new Alternatives<>("a", List.of(List.of(1.0, 5.0), List.of(2.0, 3.0))),
          new Alternatives<>("b", List.of(List.of(4.5), List.of(0.0))));

  @Test
  void theCheapestOfAllComesFirst() {
    assertThat(CheapestChoice.find(TWO, 100, 10, c -> true))
        .contains(new Choice<>("a", List.of(0, 0), 3));
  }

  @Test
  void whatIsNotAcceptedIsPassedOver() {
    assertThat(CheapestChoice.find(TWO, 100, 10, c -> c.cost() > 4))
        .contains(new Choice<>("b", List.of(0, 0), 4.5));
  }

  @Test
  void nothingAboveTheLimitIsTaken() {
    assertThat(CheapestChoice.find(TWO, 4.5, 10, c -> c.cost() > 4)).isEmpty();
  }

  @Test
  void triesAreBounded() {
    assertThat(CheapestChoice.find(TWO, 100, 2, c -> c.cost() > 4)).isEmpty();
  }

  /** All combinations, each once, in the order of their cost. */
  @Test
  void everyCombinationIsTriedOnce() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    List<List<Double>> costs = new ArrayList<>();
    for (int item = 0; item < 4; item++) {
      costs.add(random.doubles(3).sorted().boxed().toList());
    }
    List<Choice<String>> seen = new ArrayList<>();
    Optional<Choice<String>> found =
        CheapestChoice.find(
            List.of(new Alternatives<>("all", costs)),
            Double.POSITIVE_INFINITY,
            1000,
            choice -> {
              seen.add(choice);
              return false;
            });
    assertThat(found).isEmpty();
    assertThat(seen).hasSize(81).doesNotHaveDuplicates();
    assertThat(seen.stream().map(Choice::cost).toList()).isSorted();
  }
}
