package dev.drover.tests.histories;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** Which of some numbered things came before which, and a circle among them if there is one. */
final class Graph {
  /** Why one came before another. */
  enum Reason {
    /** The other wrote the next version. */
    WRITE_WRITE("ww"),
    /** The other read what it wrote. */
    WRITE_READ("wr"),
    /** The other wrote what it did not see. */
    READ_WRITE("rw"),
    /** It had ended when the other began. */
    TIME("rt");

    private final String sign;

    Reason(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }

  /** One step of a circle. */
  record Edge(int from, Reason reason, int to) {}

  /** Places to look for a short circle from, where there are many. */
  private static final int MOST_TRIED = 300;

  private final List<List<Edge>> edges = new ArrayList<>();

  Graph(int nodes) {
    for (int node = 0; node < nodes; node++) {
      edges.add(new ArrayList<>());
    }
  }

  void add(int from, Reason reason, int to) {
    if (from != to) {
      edges.get(from).add(new Edge(from, reason, to));
    }
  }

  /**
   * The same, without circles in which two READ_WRITE edges follow each other: each thing becomes
   * two, one reached by such an edge and one reached by another.
   *
   * <p>Source: Cerone and Gotsman, "Analysing Snapshot Isolation", 2016, theorem 9.
   */
  Graph withoutAdjacentReadWrites() {
    int nodes = edges.size();
    Graph twice = new Graph(2 * nodes);
    for (Edge edge : edges.stream().flatMap(List::stream).toList()) {
      boolean isReadWrite = edge.reason() == Reason.READ_WRITE;
      twice.add(edge.from(), edge.reason(), edge.to() + (isReadWrite ? nodes : 0));
      if (!isReadWrite) {
        twice.add(edge.from() + nodes, edge.reason(), edge.to());
      }
    }
    return twice;
  }

  /** A short one, or nothing. */
  List<Edge> circle() {
    int[] component = components();
    int[] sizes = new int[edges.size()];
    Arrays.stream(component).forEach(c -> sizes[c]++);
    return IntStream.range(0, edges.size())
        .filter(node -> sizes[component[node]] > 1)
        .limit(MOST_TRIED)
        .mapToObj(node -> shortestBack(node, component))
        .min(Comparator.comparingInt(List::size))
        .orElse(List.of());
  }

  /** Breadth first, within what can reach each other. */
  private List<Edge> shortestBack(int start, int[] component) {
    Edge[] reachedBy = new Edge[edges.size()];
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      for (Edge edge : edges.get(open.poll())) {
        if (component[edge.to()] == component[start] && reachedBy[edge.to()] == null) {
          reachedBy[edge.to()] = edge;
          open.add(edge.to());
        }
      }
    }
    List<Edge> circle = new ArrayList<>();
    if (reachedBy[start] != null) {
      for (Edge edge = reachedBy[start]; ; edge = reachedBy[edge.from()]) {
        circle.add(edge);
        if (edge.from() == start) {
          break;
        }
      }
    }
    Collections.reverse(circle);
    return circle;
  }

  /**
   * Numbers for sets of nodes of which each reaches every other.
   *
   * <p>Source: Kosaraju's algorithm, as in Sharir, 1981; without recursion.
   */
  private int[] components() {
    List<List<Integer>> back = new ArrayList<>();
    edges.forEach(_ -> back.add(new ArrayList<>()));
    edges.forEach(list -> list.forEach(edge -> back.get(edge.to()).add(edge.from())));
    int[] component = new int[edges.size()];
    Arrays.fill(component, -1);
    List<Integer> order = finishingOrder();
    for (int i = order.size() - 1; i >= 0; i--) {
      Deque<Integer> open = new ArrayDeque<>(List.of(order.get(i)));
      while (!open.isEmpty()) {
        int node = open.pop();
        if (component[node] < 0) {
          component[node] = i;
          open.addAll(back.get(node));
        }
      }
    }
    return component;
  }

  private List<Integer> finishingOrder() {
    List<Integer> order = new ArrayList<>();
    int[] next = new int[edges.size()];
    boolean[] seen = new boolean[edges.size()];
    for (int start = 0; start < edges.size(); start++) {
      Deque<Integer> path = new ArrayDeque<>();
      if (!seen[start]) {
        seen[start] = true;
        path.push(start);
      }
      while (!path.isEmpty()) {
        int node = path.peek();
        if (next[node] == edges.get(node).size()) {
          order.add(path.pop());
          continue;
        }
        int to = edges.get(node).get(next[node]).to();
        next[node]++;
        if (!seen[to]) {
          seen[to] = true;
          path.push(to);
        }
      }
    }
    return order;
  }
}
