package dev.drover.planner.join;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Picks one option for each item of a plan such that the whole is accepted and costs least.
 *
 * <p>Costs add up, so combinations are tried from the cheapest on and the first that is accepted is
 * the best one.
 */
public final class CheapestChoice {
  /**
   * Options that may be combined with each other.
   *
   * @param name of what the options have in common
   * @param costs of each item's options, cheapest first; no item is without options
   */
  public record Alternatives<T>(T name, List<List<Double>> costs) {
    public Alternatives {
      costs = costs.stream().map(List::copyOf).toList();
    }
  }

  /** What was picked: for each item the index of its option. */
  public record Choice<T>(T name, List<Integer> options, double cost) {
    public Choice {
      options = List.copyOf(options);
    }
  }

  private record State<T>(Alternatives<T> among, List<Integer> options, double cost, int from) {}

  private CheapestChoice() {}

  /**
   * The cheapest accepted choice that costs less than {@code limit}; empty when none of the {@code
   * tries} cheapest ones is.
   */
  public static <T> Optional<Choice<T>> find(
      List<Alternatives<T>> all, double limit, int tries, Predicate<Choice<T>> accepted) {
    PriorityQueue<State<T>> open = new PriorityQueue<>(Comparator.comparingDouble(State::cost));
    for (Alternatives<T> alternatives : all) {
      List<Integer> first = Collections.nCopies(alternatives.costs().size(), 0);
      double cost = alternatives.costs().stream().mapToDouble(List::getFirst).sum();
      open.add(new State<>(alternatives, first, cost, 0));
    }
    for (int i = 0; i < tries && !open.isEmpty() && open.peek().cost() < limit; i++) {
      State<T> state = open.poll();
      Choice<T> choice = new Choice<>(state.among().name(), state.options(), state.cost());
      if (accepted.test(choice)) {
        return Optional.of(choice);
      }
      addNext(state, open);
    }
    return Optional.empty();
  }

  /** Each combination is reached once: only items from the last changed one on change. */
  private static <T> void addNext(State<T> state, PriorityQueue<State<T>> open) {
    List<List<Double>> costs = state.among().costs();
    for (int item = state.from(); item < costs.size(); item++) {
      int option = state.options().get(item);
      if (option + 1 == costs.get(item).size()) {
        continue;
      }
      List<Integer> options = new ArrayList<>(state.options());
      options.set(item, option + 1);
      double more = costs.get(item).get(option + 1) - costs.get(item).get(option);
      open.add(new State<>(state.among(), List.copyOf(options), state.cost() + more, item));
    }
  }
}
