package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * Columns that inner joins make equal in every row that comes out.
 *
 * <pre>
 *   a.x = b.x AND b.x = c.x       {a.x, b.x, c.x}: a and c can be joined first, by a.x = c.x
 * </pre>
 *
 * <p>Where two parts are joined each of which has its own columns of a class equal, one equality
 * between them makes all of them equal.
 *
 * <p>Units: a part is a set of relations, one bit for each.
 */
final class EqualColumns {
  private static final Comparator<Column> BY_ID = Comparator.comparingInt(Column::id);

  private final List<EqualClass> classes;

  /**
   * One class.
   *
   * @param columns by their ids
   * @param parts that each column is of
   */
  private record EqualClass(List<Column> columns, List<Integer> parts, int all) {
    static EqualClass of(Set<Column> columns, ToIntFunction<Column> partOf) {
      List<Integer> parts = columns.stream().map(partOf::applyAsInt).toList();
      int all = parts.stream().reduce(0, (a, b) -> a | b);
      return new EqualClass(List.copyOf(columns), parts, all);
    }

    boolean connects(int left, int right) {
      return (all & left) != 0 && (all & right) != 0;
    }

    /** The same for a part and for a larger one, unless another part has an earlier one. */
    Column first(int among) {
      int i = 0;
      while ((parts.get(i) & among) == 0) {
        i++;
      }
      return columns.get(i);
    }
  }

  private EqualColumns(List<EqualClass> classes) {
    this.classes = List.copyOf(classes);
  }

  /**
   * From those of the conditions that are equalities of two columns.
   *
   * @param partOf the relation that a column is of
   */
  static EqualColumns of(List<Scalar> conditions, ToIntFunction<Column> partOf) {
    List<Set<Column>> found = new ArrayList<>();
    conditions.forEach(c -> c.equal().ifPresent(equality -> add(found, equality)));
    return new EqualColumns(found.stream().map(c -> EqualClass.of(c, partOf)).toList());
  }

  private static void add(List<Set<Column>> classes, Scalar.Equality equality) {
    Set<Column> joined = new TreeSet<>(BY_ID);
    joined.add(equality.left());
    joined.add(equality.right());
    for (Set<Column> known : List.copyOf(classes)) {
      if (known.contains(equality.left()) || known.contains(equality.right())) {
        joined.addAll(known);
        classes.remove(known);
      }
    }
    classes.add(joined);
  }

  /** Whether there is anything to check where two parts are joined. */
  boolean connect(int left, int right) {
    return classes.stream().anyMatch(c -> c.connects(left, right));
  }

  /** What has to be checked where two parts are joined. */
  List<Scalar> between(int left, int right) {
    List<Scalar> equalities = new ArrayList<>();
    for (EqualClass equal : classes) {
      if (equal.connects(left, right)) {
        equalities.add(Scalar.equality(equal.first(left), equal.first(right)));
      }
    }
    return equalities;
  }

  /** Those by which a part is joined with others: of each class that has columns elsewhere one. */
  Set<Column> joining(int part) {
    Set<Column> columns = new LinkedHashSet<>();
    for (EqualClass equal : classes) {
      if (equal.connects(part, ~part)) {
        columns.add(equal.first(part));
      }
    }
    return columns;
  }
}
