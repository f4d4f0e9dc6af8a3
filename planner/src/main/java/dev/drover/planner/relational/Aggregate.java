package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * An aggregate, and how it is computed from parts if it can be, to the last digit.
 *
 * @param call over the rows
 * @param parts what each part of the rows yields; empty when it cannot be computed from parts
 * @param finish over the columns of the parts
 * @param skipsNulls true when rows whose columns are all NULL change nothing
 */
public record Aggregate(
    Column result, Scalar call, List<Part> parts, Scalar finish, boolean skipsNulls) {
  /**
   * A column of partial results.
   *
   * @param call over some of the rows
   * @param merge an aggregate over partial results that is one itself
   */
  public record Part(Column column, Scalar call, Scalar merge) {
    Aggregate whole() {
      return new Aggregate(column, call, List.of(this), merge, false);
    }
  }

  public Aggregate {
    requireNonNull(result);
    requireNonNull(call);
    parts = List.copyOf(parts);
    requireNonNull(finish);
  }

  /** One that needs all rows of its group at once. */
  public static Aggregate undivided(Column result, Scalar call) {
    return new Aggregate(result, call, List.of(), call, false);
  }

  /** One of a column itself, as aggregates leave NULLs out; not {@code count(coalesce(x, 0))}. */
  public Aggregate skippingNulls() {
    return new Aggregate(result, call, parts, finish, true);
  }

  boolean isDivisible() {
    return !parts.isEmpty();
  }

  /** Over the parts. */
  Aggregate finishing() {
    return new Aggregate(result, finish, List.of(), finish, false);
  }
}
