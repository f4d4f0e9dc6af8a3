package dev.drover.planner.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects the children of a node and puts them in the order of the text. */
final class Children {
  private static final Comparator<Node> BY_START = Comparator.comparingInt(n -> n.span().start());

  private final List<Node> nodes = new ArrayList<>();
  private boolean ordered = true;

  static Children of(Node node) {
    return new Children().and(node);
  }

  static Children of(Optional<? extends Node> node) {
    return new Children().and(node);
  }

  static Children of(List<? extends Node> list) {
    return new Children().and(list);
  }

  Children and(Node node) {
    ordered &= nodes.isEmpty() || nodes.getLast().span().start() <= node.span().start();
    nodes.add(node);
    return this;
  }

  Children and(Optional<? extends Node> node) {
    node.ifPresent(this::and);
    return this;
  }

  Children and(List<? extends Node> list) {
    list.forEach(this::and);
    return this;
  }

  List<Node> list() {
    if (!ordered) {
      nodes.sort(BY_START);
    }
    return List.copyOf(nodes);
  }
}
