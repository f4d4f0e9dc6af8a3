package dev.drover.planner.placement;

import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.sql.FromItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the joined rows of two placements are, if they meet without moving. */
final class JoinedPlacement {
  static final String COPIES_MISSING =
      "joins with a replicated table that is not on every node of the distributed one";
  private static final String NOT_COLOCATED = "joins of tables that are not co-located";
  private static final String COPIES_KEPT =
      "outer joins that keep all rows of a replicated table beside a distributed one";
  private static final String UNREPEATABLE =
      "joins of distributed tables with a replicated table under LIMIT";

  private JoinedPlacement() {}

  static Placement of(FromItem.JoinItem.Kind kind, Placement left, Placement right, Facts facts) {
    return switch (left) {
      case Placement.Refused refused -> refused;
      case Placement.Copies a ->
          switch (right) {
            case Placement.Refused refused -> refused;
            case Placement.Copies b -> copies(a, b);
            case Placement.Parts b -> withCopies(b, a, kind, FromItem.JoinItem.Kind.RIGHT);
          };
      case Placement.Parts a ->
          switch (right) {
            case Placement.Refused refused -> refused;
            case Placement.Copies b -> withCopies(a, b, kind, FromItem.JoinItem.Kind.LEFT);
            case Placement.Parts b -> colocated(kind, a, b, facts);
          };
    };
  }

  static Placement copies(Placement.Copies a, Placement.Copies b) {
    boolean repeatable = a.repeatable() && b.repeatable();
    if (a.nodes().isEmpty() || b.nodes().isEmpty()) {
      return new Placement.Copies(a.nodes().or(b::nodes), repeatable);
    }
    List<Integer> common = a.nodes().get().stream().filter(b.nodes().get()::contains).toList();
    return common.isEmpty()
        ? refused("joins of replicated tables that share no node")
        : new Placement.Copies(Optional.of(common), repeatable);
  }

  private static Placement withCopies(
      Placement.Parts parts,
      Placement.Copies copies,
      FromItem.JoinItem.Kind kind,
      FromItem.JoinItem.Kind keepingParts) {
    boolean inner = kind == FromItem.JoinItem.Kind.INNER || kind == FromItem.JoinItem.Kind.CROSS;
    if (!inner && kind != keepingParts) {
      return refused(COPIES_KEPT);
    }
    if (!copies.repeatable()) {
      return refused(UNREPEATABLE);
    }
    return copies.cover(parts.nodes()) ? parts : refused(COPIES_MISSING);
  }

  private static Placement colocated(
      FromItem.JoinItem.Kind kind, Placement.Parts a, Placement.Parts b, Facts facts) {
    if (!meet(a, b, facts)) {
      return refused(NOT_COLOCATED);
    }
    return switch (kind) {
      case CROSS, INNER -> {
        List<List<Variable>> keys = new ArrayList<>(a.keys());
        keys.addAll(b.keys());
        yield new Placement.Parts(a.group(), a.nodes(), keys);
      }
      case LEFT -> a;
      case RIGHT -> b;
      case FULL -> a.withoutKeys();
    };
  }

  /** True when rows that match are in one slot. */
  static boolean meet(Placement.Parts a, Placement.Parts b, Facts facts) {
    if (a.group().isEmpty() || !a.group().equals(b.group())) {
      return false;
    }
    for (List<Variable> left : a.keys()) {
      for (List<Variable> right : b.keys()) {
        if (areSame(left, right, facts)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean areSame(List<Variable> left, List<Variable> right, Facts facts) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!facts.same(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static Placement refused(String construct) {
    return new Placement.Refused(Unsupported.error(construct));
  }
}
