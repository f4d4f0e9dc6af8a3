package dev.drover.planner.placement;

import dev.drover.planner.analysis.Fact;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.plan.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Facts that hold together, and the classes of equal columns that follow from them.
 *
 * <p>Threads: immutable but for the classes, which are found on first use by the one thread that
 * routes.
 */
public final class Facts {
  public static final Facts NONE = new Facts(List.of());

  private final List<Fact> facts;
  private final Map<Variable, Variable> parents = new HashMap<>();
  private boolean joined;

  private Facts(List<Fact> facts) {
    this.facts = facts;
  }

  public Facts and(Collection<? extends Fact> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<Fact> all = new ArrayList<>(facts);
    all.addAll(more);
    return new Facts(List.copyOf(all));
  }

  public Facts and(Facts more) {
    return and(more.facts);
  }

  /** Those that are about no other source than the chosen ones. */
  Facts onlyAbout(Predicate<Source> chosen) {
    return new Facts(
        facts.stream()
            .filter(f -> f.variables().stream().map(Variable::source).allMatch(chosen))
            .toList());
  }

  List<Fact> list() {
    return facts;
  }

  /** Is a fact here false for rows in which the source's columns are null? */
  boolean rejectNullsOf(Set<Source> sources) {
    return facts.stream()
        .filter(f -> !(f instanceof Fact.Renames))
        .flatMap(f -> f.variables().stream())
        .anyMatch(v -> sources.contains(v.source()));
  }

  public boolean same(Variable left, Variable right) {
    return root(left).equals(root(right));
  }

  /** All columns known to be equal to this one, itself among them. */
  public Set<Variable> classOf(Variable variable) {
    Set<Variable> members = new LinkedHashSet<>();
    members.add(variable);
    Variable root = root(variable);
    for (Variable other : Set.copyOf(parents.keySet())) {
      if (root(other).equals(root)) {
        members.add(other);
      }
    }
    return members;
  }

  /** A constant that the column equals. */
  public Optional<KeyValue> constant(Variable variable) {
    for (Fact fact : facts) {
      if (fact instanceof Fact.Is(var subject, var value) && same(subject, variable)) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** Constants one of which the column equals; empty when none are known. */
  List<KeyValue> constants(Variable variable) {
    Optional<KeyValue> single = constant(variable);
    if (single.isPresent()) {
      return List.of(single.get());
    }
    for (Fact fact : facts) {
      if (fact instanceof Fact.IsOneOf(var subject, var values) && same(subject, variable)) {
        return values;
      }
    }
    return List.of();
  }

  private Variable root(Variable variable) {
    if (!joined) {
      joined = true;
      for (Fact fact : facts) {
        switch (fact) {
          case Fact.Same(var left, var right) -> join(left, right);
          case Fact.Renames(var outer, var inner) -> join(outer, inner);
          case Fact.Is _, Fact.IsOneOf _ -> {}
        }
      }
    }
    return find(variable);
  }

  private Variable find(Variable variable) {
    Variable at = variable;
    Set<Variable> seen = new HashSet<>();
    while (parents.containsKey(at) && !parents.get(at).equals(at) && seen.add(at)) {
      at = parents.get(at);
    }
    return at;
  }

  private void join(Variable left, Variable right) {
    Variable leftRoot = find(left);
    Variable rightRoot = find(right);
    parents.putIfAbsent(left, left);
    parents.putIfAbsent(right, right);
    parents.put(leftRoot, rightRoot);
    parents.putIfAbsent(rightRoot, rightRoot);
  }
}
