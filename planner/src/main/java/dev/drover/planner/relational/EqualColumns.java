package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Columns that inner joins make equal in every row that comes out.
 *
 * <pre>
 *   a.x = b.x AND b.x = c.x       {a.x, b.x, c.x}: a and c can be joined first, by a.x = c.x
 * </pre>
 *
 * <p>Where two parts are joined each of which has its own columns of a class equal, one equality
 * between them makes all of them equal.
 */
final class EqualColumns {
  private static final Comparator<Column> BY_ID = Comparator.comparingInt(Column::id);

  private final List<TreeSet<Column>> classes = new ArrayList<>();

  /** From those of the conditions that are equalities of two columns. */
  static EqualColumns of(List<Scalar> conditions) {
    EqualColumns all = new EqualColumns();
    conditions.forEach(c -> c.equal().ifPresent(all::add));
    return all;
  }

  private void add(Scalar.Equality equality) {
    TreeSet<Column> joined = new TreeSet<>(BY_ID);
    joined.add(equality.left());
    joined.add(equality.right());
    for (TreeSet<Column> known : List.copyOf(classes)) {
      if (known.contains(equality.left()) || known.contains(equality.right())) {
        joined.addAll(known);
        classes.remove(known);
      }
    }
    classes.add(joined);
  }

  /** What has to be checked where two parts are joined. */
  List<Scalar> between(Collection<Column> left, Collection<Column> right) {
    List<Scalar> equalities = new ArrayList<>();
    for (TreeSet<Column> equal : classes) {
      Optional<Column> ofLeft = first(equal, left);
      Optional<Column> ofRight = first(equal, right);
      if (ofLeft.isPresent() && ofRight.isPresent()) {
        equalities.add(Scalar.equality(ofLeft.get(), ofRight.get()));
      }
    }
    return equalities;
  }

  /** Those by which a part is joined with others: of each class that has columns elsewhere one. */
  Set<Column> joining(Collection<Column> part) {
    Set<Column> columns = new LinkedHashSet<>();
    for (TreeSet<Column> equal : classes) {
      if (!part.containsAll(equal)) {
        first(equal, part).ifPresent(columns::add);
      }
    }
    return columns;
  }

  /** The same for a part and for a larger one, unless another part has an earlier one. */
  private static Optional<Column> first(Set<Column> equal, Collection<Column> among) {
    return equal.stream().filter(among::contains).findFirst();
  }
}
