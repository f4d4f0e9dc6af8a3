package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.hash.HashType;

/** Where the value of a key column comes from when a plan is run. */
public sealed interface KeyValue {
  /**
   * A literal of the statement.
   *
   * @param negated a minus sign stands before it
   * @param type the column's type, by which it is hashed
   */
  record Lifted(int ordinal, boolean negated, HashType type) implements KeyValue {
    public Lifted {
      requireNonNull(type);
    }
  }

  /**
   * Parameter {@code $index}.
   *
   * @param typeOid the parameter's declared or inferred type; the value arrives in its format
   */
  record Parameter(int index, int typeOid, HashType type) implements KeyValue {
    public Parameter {
      requireNonNull(type);
    }
  }

  /** A value that the plan knows, in the type's input format. */
  record Fixed(String text, HashType type) implements KeyValue {
    public Fixed {
      requireNonNull(text);
      requireNonNull(type);
    }
  }

  /** NULL: skipped by the row hash. */
  record Null() implements KeyValue {}
}
