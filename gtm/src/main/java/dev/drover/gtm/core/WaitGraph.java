package dev.drover.gtm.core;

import dev.drover.gtm.protocol.Backend;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Transactions that wait for each other, and which of them have to die.
 *
 * <p>A knot is a set of transactions each of which waits, over some others, for each other one. A
 * knot whose waits are all on one node is left to that server's own detector, unless it is one
 * transaction that waits for itself, which no server can see.
 *
 * <p>Threads: confined to one.
 */
final class WaitGraph {
  private final Map<TransactionKey, List<Wait>> waits = new TreeMap<>();

  void add(TransactionKey waiter, Backend at, TransactionKey blocker) {
    waits.computeIfAbsent(waiter, _ -> new ArrayList<>()).add(new Wait(at, blocker));
  }

  /**
   * Who has to die so that no knot is left: again and again the youngest of a shortest circle. Of a
   * shortest one, because a long queue knots everyone who stands in it, and most of those are only
   * behind.
   */
  List<Victim> victims() {
    List<Victim> victims = new ArrayList<>();
    Set<TransactionKey> left = new HashSet<>(waits.keySet());
    boolean found = true;
    while (found) {
      found = false;
      for (List<TransactionKey> knot : knots(left)) {
        Optional<Victim> victim = victim(Set.copyOf(knot));
        victim.ifPresent(
            chosen -> {
              victims.add(chosen);
              left.remove(chosen.key);
            });
        found |= victim.isPresent();
      }
    }
    return victims;
  }

  private Optional<Victim> victim(Set<TransactionKey> knot) {
    return knot.stream()
        .sorted()
        .flatMap(start -> circle(start, knot).stream())
        .min(Comparator.comparingInt(List::size))
        .map(
            circle -> {
              Step youngest = Collections.max(circle, Comparator.comparing(Step::waiter));
              return new Victim(youngest.waiter, youngest.at);
            });
  }

  /** The shortest way back to the start over more than one node, or from the start to itself. */
  private Optional<List<Step>> circle(TransactionKey start, Set<TransactionKey> knot) {
    Map<Place, Step> cameBy = new HashMap<>();
    Deque<Place> toVisit = new ArrayDeque<>();
    Place origin = new Place(start, Optional.empty(), false);
    toVisit.add(origin);
    while (!toVisit.isEmpty()) {
      Place place = toVisit.remove();
      for (Wait wait : waits.get(place.key)) {
        Place next = place.after(wait);
        if (!knot.contains(next.key) || cameBy.containsKey(next)) {
          continue;
        }
        cameBy.put(next, new Step(place, place.key, wait.at));
        if (next.key.equals(start) && (next.isMixed || place.equals(origin))) {
          return Optional.of(wayBack(next, origin, cameBy));
        }
        toVisit.add(next);
      }
    }
    return Optional.empty();
  }

  private static List<Step> wayBack(Place end, Place origin, Map<Place, Step> cameBy) {
    List<Step> circle = new ArrayList<>();
    Place at = end;
    do {
      Step step = cameBy.get(at);
      circle.add(step);
      at = step.from;
    } while (!at.equals(origin));
    return circle;
  }

  /**
   * The strongly connected sets with at least one edge, by Tarjan's algorithm without recursion.
   */
  private List<List<TransactionKey>> knots(Set<TransactionKey> left) {
    Search search = new Search(left);
    for (TransactionKey key : waits.keySet()) {
      if (left.contains(key) && !search.index.containsKey(key)) {
        search.from(key);
      }
    }
    return search.knots;
  }

  /** A transaction to be aborted, and the wait of it that is to be cancelled. */
  record Victim(TransactionKey key, Backend waiting) {}

  private record Wait(Backend at, TransactionKey blocker) {}

  private record Step(Place from, TransactionKey waiter, Backend at) {}

  /** A transaction, and the only node of the waits that led there unless they are mixed. */
  private record Place(TransactionKey key, Optional<String> node, boolean isMixed) {
    Place after(Wait wait) {
      Optional<String> next = Optional.of(wait.at.node());
      boolean mixed = isMixed || (node.isPresent() && !node.equals(next));
      return new Place(wait.blocker, mixed ? Optional.empty() : next, mixed);
    }
  }

  private final class Search {
    private final Set<TransactionKey> left;
    private final Map<TransactionKey, Integer> index = new HashMap<>();
    private final Map<TransactionKey, Integer> low = new HashMap<>();
    private final Map<TransactionKey, Integer> nextEdge = new HashMap<>();
    private final List<TransactionKey> stack = new ArrayList<>();
    private final Set<TransactionKey> onStack = new HashSet<>();
    private final List<List<TransactionKey>> knots = new ArrayList<>();

    Search(Set<TransactionKey> left) {
      this.left = left;
    }

    void from(TransactionKey root) {
      List<TransactionKey> path = new ArrayList<>();
      enter(root, path);
      while (!path.isEmpty()) {
        TransactionKey at = path.getLast();
        List<Wait> edges = waits.getOrDefault(at, List.of());
        int edge = nextEdge.merge(at, 1, Integer::sum) - 1;
        if (edge < edges.size()) {
          follow(at, edges.get(edge).blocker, path);
          continue;
        }
        path.removeLast();
        if (!path.isEmpty()) {
          low.merge(path.getLast(), low.get(at), Math::min);
        }
        if (low.get(at).equals(index.get(at))) {
          cut(at);
        }
      }
    }

    private void follow(TransactionKey from, TransactionKey to, List<TransactionKey> path) {
      if (!left.contains(to)) {
        return;
      }
      if (!index.containsKey(to)) {
        enter(to, path);
      } else if (onStack.contains(to)) {
        low.merge(from, index.get(to), Math::min);
      }
    }

    private void enter(TransactionKey key, List<TransactionKey> path) {
      index.put(key, index.size());
      low.put(key, index.get(key));
      stack.add(key);
      onStack.add(key);
      path.add(key);
    }

    private void cut(TransactionKey root) {
      List<TransactionKey> set = new ArrayList<>();
      TransactionKey top;
      do {
        top = stack.removeLast();
        onStack.remove(top);
        set.add(top);
      } while (!top.equals(root));
      if (set.size() > 1 || waitsForItself(root)) {
        knots.add(set);
      }
    }

    private boolean waitsForItself(TransactionKey key) {
      return waits.getOrDefault(key, List.of()).stream().anyMatch(wait -> wait.blocker.equals(key));
    }
  }
}
