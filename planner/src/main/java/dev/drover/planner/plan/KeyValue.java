package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;

/**
 * Where the value of a key column comes from when a plan is run.
 *
 * <p>{@code type} says how the value is read and hashed: a type of the key column's hash family.
 * {@code typmod} is the column's for a value that is stored, and {@link RoutingHash#NO_TYPMOD} for
 * one that is only compared with the column.
 */
public sealed interface KeyValue {
  /**
   * A literal of the statement.
   *
   * @param negated a minus sign stands before it
   */
  record Lifted(int ordinal, boolean negated, HashType type, int typmod) implements KeyValue {
    public Lifted {
      requireNonNull(type);
    }

    public Lifted(int ordinal, boolean negated, HashType type) {
      this(ordinal, negated, type, RoutingHash.NO_TYPMOD);
    }
  }

  /**
   * Parameter {@code $index}.
   *
   * @param typeOid the parameter's declared or inferred type; the value arrives in its format
   */
  record Parameter(int index, int typeOid, HashType type, int typmod) implements KeyValue {
    public Parameter {
      requireNonNull(type);
    }

    public Parameter(int index, int typeOid, HashType type) {
      this(index, typeOid, type, RoutingHash.NO_TYPMOD);
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
