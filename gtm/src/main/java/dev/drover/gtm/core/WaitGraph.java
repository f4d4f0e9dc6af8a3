package dev.drover.gtm.core;

import dev.drover.gtm.protocol.Backend;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
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
  private final Map<TransactionKey, Vertex> vertices = new TreeMap<>();

  void add(TransactionKey waiter, Backend at, TransactionKey blocker) {
    vertex(waiter).waits.add(new Wait(at, vertex(blocker)));
  }

  private Vertex vertex(TransactionKey key) {
    return vertices.computeIfAbsent(key, Vertex::new);
  }

  /**
   * Who has to die so that no knot is left: again and again the youngest of a shortest circle. Of a
   * shortest one, because a long queue knots everyone who stands in it, and most of those are only
   * behind.
   */
  List<Victim> victims() {
    List<Victim> victims = new ArrayList<>();
    boolean found = true;
    while (found) {
      found = false;
      for (List<Vertex> knot : knots()) {
        Optional<Victim> victim = victim(knot);
        victim.ifPresent(
            chosen -> {
              victims.add(chosen);
              vertices.remove(chosen.key).isLeft = false;
            });
        found |= victim.isPresent();
      }
    }
    return victims;
  }

  private static Optional<Victim> victim(List<Vertex> vertices) {
    Set<Vertex> knot = Set.copyOf(vertices);
    return vertices.stream()
        .sorted(Comparator.comparing(vertex -> vertex.key))
        .flatMap(start -> circle(start, knot).stream())
        .min(Comparator.comparingInt(List::size))
        .map(
            circle -> {
              Step youngest = Collections.max(circle, Comparator.comparing(Step::waiter));
              return new Victim(youngest.waiter(), youngest.at);
            });
  }

  /** The shortest way back to the start over more than one node, or from the start to itself. */
  private static Optional<List<Step>> circle(Vertex start, Set<Vertex> knot) {
    Map<Place, Step> cameBy = new HashMap<>();
    Deque<Place> toVisit = new ArrayDeque<>();
    Place origin = new Place(start, Optional.empty(), false);
    toVisit.add(origin);
    while (!toVisit.isEmpty()) {
      Place place = toVisit.remove();
      for (Wait wait : place.vertex.waits) {
        Place next = place.after(wait);
        if (!knot.contains(next.vertex) || cameBy.containsKey(next)) {
          continue;
        }
        cameBy.put(next, new Step(place, wait.at));
        if (next.vertex == start && (next.isMixed || place.equals(origin))) {
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
  private List<List<Vertex>> knots() {
    Search search = new Search();
    vertices.values().forEach(vertex -> vertex.index = Vertex.UNSEEN);
    for (Vertex vertex : vertices.values()) {
      if (vertex.index == Vertex.UNSEEN) {
        search.from(vertex);
      }
    }
    return search.knots;
  }

  /** A transaction to be aborted, and the wait of it that is to be cancelled. */
  record Victim(TransactionKey key, Backend waiting) {}

  /** A transaction, and how far the present search has got with it. */
  private static final class Vertex {
    static final int UNSEEN = -1;

    final TransactionKey key;
    final List<Wait> waits = new ArrayList<>();
    boolean isLeft = true;
    int index;
    int low;
    int nextWait;
    boolean isOnStack;

    Vertex(TransactionKey key) {
      this.key = key;
    }

    boolean waitsForItself() {
      return waits.stream().anyMatch(wait -> wait.blocker == this);
    }
  }

  private record Wait(Backend at, Vertex blocker) {}

  private record Step(Place from, Backend at) {
    TransactionKey waiter() {
      return from.vertex.key;
    }
  }

  /** A transaction, and the only node of the waits that led there unless they are mixed. */
  private record Place(Vertex vertex, Optional<String> node, boolean isMixed) {
    Place after(Wait wait) {
      Optional<String> next = Optional.of(wait.at.node());
      boolean mixed = isMixed || (node.isPresent() && !node.equals(next));
      return new Place(wait.blocker, mixed ? Optional.empty() : next, mixed);
    }
  }

  private static final class Search {
    private final List<Vertex> stack = new ArrayList<>();
    private final List<List<Vertex>> knots = new ArrayList<>();
    private int seen;

    void from(Vertex root) {
      List<Vertex> path = new ArrayList<>();
      enter(root, path);
      while (!path.isEmpty()) {
        Vertex at = path.getLast();
        if (at.nextWait < at.waits.size()) {
          Vertex blocker = at.waits.get(at.nextWait).blocker;
          at.nextWait++;
          follow(at, blocker, path);
          continue;
        }
        path.removeLast();
        if (!path.isEmpty()) {
          path.getLast().low = Math.min(path.getLast().low, at.low);
        }
        if (at.low == at.index) {
          cut(at);
        }
      }
    }

    private void follow(Vertex from, Vertex to, List<Vertex> path) {
      if (!to.isLeft) {
        return;
      }
      if (to.index == Vertex.UNSEEN) {
        enter(to, path);
      } else if (to.isOnStack) {
        from.low = Math.min(from.low, to.index);
      }
    }

    private void enter(Vertex vertex, List<Vertex> path) {
      vertex.index = seen;
      vertex.low = seen;
      vertex.nextWait = 0;
      vertex.isOnStack = true;
      seen++;
      stack.add(vertex);
      path.add(vertex);
    }

    private void cut(Vertex root) {
      List<Vertex> set = new ArrayList<>();
      Vertex top;
      do {
        top = stack.removeLast();
        top.isOnStack = false;
        set.add(top);
      } while (top != root);
      if (set.size() > 1 || root.waitsForItself()) {
        knots.add(set);
      }
    }
  }
}
