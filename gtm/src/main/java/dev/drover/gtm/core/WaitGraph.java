package dev.drover.gtm.core;

import dev.drover.gtm.protocol.Backend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  /** The youngest of each knot, and of what is still knotted without it. */
  List<Victim> victims() {
    List<Victim> victims = new ArrayList<>();
    Set<TransactionKey> left = new HashSet<>(waits.keySet());
    boolean found = true;
    while (found) {
      found = false;
      for (List<TransactionKey> knot : knots(left)) {
        if (isLeftToTheServer(knot)) {
          continue;
        }
        TransactionKey youngest = Collections.max(knot);
        victims.add(new Victim(youngest, waitWithin(youngest, knot)));
        left.remove(youngest);
        found = true;
      }
    }
    return victims;
  }

  private boolean isLeftToTheServer(List<TransactionKey> knot) {
    return knot.size() > 1
        && knot.stream()
                .flatMap(key -> waits.get(key).stream())
                .filter(wait -> knot.contains(wait.blocker))
                .map(wait -> wait.at.node())
                .distinct()
                .count()
            == 1;
  }

  private Backend waitWithin(TransactionKey victim, Collection<TransactionKey> knot) {
    return waits.get(victim).stream()
        .filter(wait -> knot.contains(wait.blocker))
        .findFirst()
        .orElseThrow()
        .at;
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
