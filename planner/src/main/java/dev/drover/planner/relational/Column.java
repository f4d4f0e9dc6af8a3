package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.hash.HashType;
import java.util.Optional;

/**
 * A column of some rows. It stays the same column through joins, conditions and exchanges. Equal is
 * what has the same id: sets of columns are what planning spends its time on.
 *
 * @param id unique in the query
 * @param type as {@code format_type} prints it, with COLLATE where that is not the type's default;
 *     empty when it is not known here, so that the column cannot move
 * @param hash how it is hashed, if rows may be placed by it
 * @param width bytes of a value, about
 * @param distinct how many different values there are, about
 */
public record Column(
    int id, Optional<String> type, Optional<HashType> hash, double width, double distinct) {
  public Column {
    requireNonNull(type);
    requireNonNull(hash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Column column && column.id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** Whether no function can tell equal values apart: not so for 1.0 and 1.00, or 0 and -0. */
  boolean isIdenticalWhenEqual() {
    return hash.map(HashType::family)
        .map(
            family ->
                switch (family) {
                  case INTEGER, OID, BOOL, CHAR, TEXT, BYTEA, UUID, DATE, TIME -> true;
                  case TIMESTAMP, TIMESTAMPTZ, MACADDR -> true;
                  case BPCHAR, TIMETZ, INTERVAL, NUMERIC, FLOAT, NETWORK -> false;
                })
        .orElse(false);
  }
}
