package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An expression of the statement: its text, cut where columns stand. Nobody here looks into the
 * text; PostgreSQL evaluates it as it was written.
 *
 * @param equal the two columns, when it is nothing but {@code a = b} of columns whose types are of
 *     one hash family, where the operator is the one that placement, grouping and hashing agree on
 * @param fraction of the rows that pass it, about, when it is a condition
 */
public record Scalar(List<Part> parts, Optional<Equality> equal, double fraction) {
  /** The fraction of a condition of which nothing is known. */
  public static final double UNKNOWN = 0.5;

  /** A run of text, or a column. */
  public sealed interface Part {
    /** Text of the statement or of Drover's own. */
    record Text(SqlText text) implements Part {}

    /** The value of a column. */
    record Value(Column column) implements Part {}
  }

  /** Two columns that are equal. */
  public record Equality(Column left, Column right) {
    Equality swapped() {
      return new Equality(right, left);
    }

    /** The same with the one of these columns on the right. */
    Equality facing(Collection<Column> columns) {
      return columns.contains(left) ? swapped() : this;
    }

    /** Whether the two columns are one of each. */
    boolean connects(Collection<Column> some, Collection<Column> others) {
      return (some.contains(left) && others.contains(right))
          || (some.contains(right) && others.contains(left));
    }
  }

  public Scalar {
    parts = List.copyOf(parts);
    requireNonNull(equal);
  }

  /** An expression that is no condition, or one of which nothing is known. */
  public static Scalar of(List<Part> parts) {
    return new Scalar(parts, Optional.empty(), UNKNOWN);
  }

  public static Scalar of(Column column) {
    return of(List.of(new Part.Value(column)));
  }

  /** {@code before column after}. */
  public static Scalar around(String before, Column column, String after) {
    return of(List.of(text(before), new Part.Value(column), text(after)));
  }

  public static Scalar equality(Column left, Column right) {
    List<Part> parts = List.of(new Part.Value(left), text(" = "), new Part.Value(right));
    double fraction = 1 / Math.max(1, Math.max(left.distinct(), right.distinct()));
    return new Scalar(parts, Optional.of(new Equality(left, right)), fraction);
  }

  public static Part text(String text) {
    return new Part.Text(SqlText.fixed(text));
  }

  public Scalar withFraction(double known) {
    return new Scalar(parts, equal, known);
  }

  /** {@code (left) = (right)}, of which nothing is known. */
  public static Scalar comparison(Scalar left, Scalar right) {
    List<Part> all = new ArrayList<>(left.inParentheses());
    all.add(text(" = "));
    all.addAll(right.inParentheses());
    return of(all);
  }

  /** For use within another expression. */
  public List<Part> inParentheses() {
    List<Part> all = new ArrayList<>();
    all.add(text("("));
    all.addAll(parts);
    all.add(text(")"));
    return all;
  }

  /** The one column that it is, if it is nothing else. */
  public Optional<Column> column() {
    return parts.size() == 1 && parts.getFirst() instanceof Part.Value(var column)
        ? Optional.of(column)
        : Optional.empty();
  }

  public Set<Column> columns() {
    Set<Column> columns = new LinkedHashSet<>();
    for (Part part : parts) {
      if (part instanceof Part.Value(var column)) {
        columns.add(column);
      }
    }
    return columns;
  }

  /** The same with expressions in the place of columns; each in parentheses. */
  public Scalar with(Function<Column, Scalar> meaning) {
    List<Part> all = new ArrayList<>();
    boolean same = true;
    for (Part part : parts) {
      if (!(part instanceof Part.Value(var column))) {
        all.add(part);
        continue;
      }
      Scalar inner = meaning.apply(column);
      if (inner.column().isPresent()) {
        all.addAll(inner.parts());
        same &= inner.column().get().equals(column);
      } else {
        same = false;
        all.addAll(inner.inParentheses());
      }
    }
    return same ? this : rebuilt(all);
  }

  private Scalar rebuilt(List<Part> all) {
    boolean stillEqual =
        equal.isPresent()
            && all.size() == 3
            && all.getFirst() instanceof Part.Value
            && all.getLast() instanceof Part.Value;
    return stillEqual
        ? equality(((Part.Value) all.getFirst()).column(), ((Part.Value) all.getLast()).column())
        : new Scalar(all, Optional.empty(), fraction);
  }
}
