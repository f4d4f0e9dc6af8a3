package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.hash.HashType;

/**
 * A column of the distribution key of an {@link Plan.InsertTarget}.
 *
 * @param position (from 0) among the target's columns; -1 when it is not listed and therefore NULL
 * @param type how it is hashed
 * @param typmod -1 for none
 * @param typeName usable in a cast
 */
public record KeyColumn(int position, HashType type, int typmod, String typeName) {
  public KeyColumn {
    requireNonNull(type);
    requireNonNull(typeName);
  }

  /** The key column at this position. */
  public static KeyColumn of(int position, Column column, HashType type) {
    return new KeyColumn(position, type, column.typmod(), column.typeName());
  }
}
