package dev.drover.planner.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Lists what a tree mentions, at every query level, in the order of the text. */
public final class RelationNames {
  private RelationNames() {}

  /** Every relation by name, the targets of statements included; CTE names look the same. */
  public static List<FromItem.TableRef> relations(Node root) {
    return collect(root, FromItem.TableRef.class);
  }

  /** Every function, aggregate and window function that is called by name. */
  public static List<Expr.FunctionCall> functionCalls(Node root) {
    return collect(root, Expr.FunctionCall.class);
  }

  /** Every use of a parameter. */
  public static List<Expr.Param> parameters(Node root) {
    return collect(root, Expr.Param.class);
  }

  /** Every node of one kind. */
  public static <N extends Node> List<N> collect(Node root, Class<N> kind) {
    List<N> found = new ArrayList<>();
    walk(
        root,
        node -> {
          if (kind.isInstance(node)) {
            found.add(kind.cast(node));
          }
        });
    return found;
  }

  /** Visits every node, parents first, in the order of the text; deep trees need no deep stack. */
  public static void walk(Node root, Consumer<Node> visitor) {
    Deque<Node> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Node node = open.pop();
      visitor.accept(node);
      node.children().reversed().forEach(open::push);
    }
  }
}
