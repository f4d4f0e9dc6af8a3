package dev.drover.planner.analysis;

import dev.drover.planner.plan.KeyValue;
import java.util.List;

/** What a condition says of columns for every row that passes it. */
public sealed interface Fact {
  /** The columns that the fact is about: none of them is null in a row that passes. */
  List<Variable> variables();

  /** Two columns of one hash family are equal. */
  record Same(Variable left, Variable right) implements Fact {
    @Override
    public List<Variable> variables() {
      return List.of(left, right);
    }
  }

  /** A column equals a constant. */
  record Is(Variable variable, KeyValue value) implements Fact {
    @Override
    public List<Variable> variables() {
      return List.of(variable);
    }
  }

  /** A column equals one of several constants. */
  record IsOneOf(Variable variable, List<KeyValue> values) implements Fact {
    public IsOneOf {
      values = List.copyOf(values);
    }

    @Override
    public List<Variable> variables() {
      return List.of(variable);
    }
  }

  /**
   * A column of a derived table is the column of its query: says nothing of nulls, and is not a
   * filter.
   */
  record Renames(Variable outer, Variable inner) implements Fact {
    @Override
    public List<Variable> variables() {
      return List.of(outer, inner);
    }
  }
}
