package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The cheapest order of inner joins, for every place where the result may be: dynamic programming
 * over the sets of what is joined. Up to {@value #BUSHY} relations any two sets are joined; above
 * that one relation after the other.
 */
final class JoinOrder {
  static final int MAX_RELATIONS = 10;
  private static final int BUSHY = 6;

  private final Joining joining;
  private final Region region;
  private final EqualColumns equal;
  private final List<Scalar> others;
  private final Set<Column> neededAbove;
  private final List<Alternatives> best = new ArrayList<>();

  /** Relations and the conditions that hold for what comes out. */
  record Region(List<Rows> leaves, List<Scalar> conditions) {
    /** Inner joins below, and the conditions between and above them. */
    static Region of(Rows rows) {
      Region region = new Region(new ArrayList<>(), new ArrayList<>());
      region.add(rows);
      region.settle();
      return region;
    }

    /** What concerns one leaf only is checked there. */
    private void settle() {
      for (int i = 0; i < leaves.size() && leaves.size() > 1; i++) {
        Rows leaf = leaves.get(i);
        List<Scalar> own =
            conditions.stream()
                .filter(c -> !c.columns().isEmpty() && leaf.columns().containsAll(c.columns()))
                .toList();
        if (!own.isEmpty()) {
          conditions.removeAll(own);
          leaves.set(i, new Rows.Where(leaf, own));
        }
      }
    }

    private void add(Rows rows) {
      switch (rows) {
        case Rows.Join(var kind, var left, var right, var on) when kind == Rows.Join.Kind.INNER -> {
          add(left);
          add(right);
          conditions.addAll(on);
        }
        case Rows.Where(var input, var own) when isInner(input) -> {
          add(input);
          conditions.addAll(own);
        }
        default -> leaves.add(rows);
      }
    }

    private static boolean isInner(Rows rows) {
      return switch (rows) {
        case Rows.Join join -> join.kind() == Rows.Join.Kind.INNER;
        case Rows.Where(var input, _) -> isInner(input);
        default -> false;
      };
    }

    Set<Column> columns(int set) {
      Set<Column> all = new HashSet<>();
      for (int i = 0; i < leaves.size(); i++) {
        if ((set >> i & 1) == 1) {
          all.addAll(leaves.get(i).columns());
        }
      }
      return all;
    }
  }

  JoinOrder(Joining joining, Region region, Set<Column> neededAbove) {
    this.joining = joining;
    this.region = region;
    this.equal = EqualColumns.of(region.conditions());
    this.others = region.conditions().stream().filter(c -> c.equal().isEmpty()).toList();
    this.neededAbove = neededAbove;
  }

  /** What of a leaf is needed by the conditions and above. */
  Set<Column> needed(Rows leaf) {
    return neededOutside(new HashSet<>(leaf.columns()));
  }

  /** {@code plans} of each leaf. */
  List<Placed> plans(List<List<Placed>> plans) {
    int all = (1 << region.leaves().size()) - 1;
    for (int set = 0; set <= all; set++) {
      best.add(new Alternatives());
      if (Integer.bitCount(set) == 1) {
        best.get(set).addAll(plans.get(Integer.numberOfTrailingZeros(set)));
      } else if (set != 0) {
        joinInto(set);
      }
    }
    return best.get(all).list();
  }

  private void joinInto(int set) {
    Set<Column> columns = region.columns(set);
    List<Scalar> inside = others.stream().filter(c -> columns.containsAll(c.columns())).toList();
    List<int[]> splits = splits(set, inside);
    for (int[] split : splits) {
      Set<Column> ofLeft = region.columns(split[0]);
      Set<Column> ofRight = region.columns(split[1]);
      List<Scalar> on = new ArrayList<>(equal.between(ofLeft, ofRight));
      inside.stream()
          .filter(
              c ->
                  c.columns().isEmpty()
                      ? isLast(set)
                      : !ofLeft.containsAll(c.columns()) && !ofRight.containsAll(c.columns()))
          .forEach(on::add);
      Set<Column> leftNeeded = neededOutside(ofLeft);
      Set<Column> rightNeeded = neededOutside(ofRight);
      for (Placed left : best.get(split[0]).list()) {
        for (Placed right : best.get(split[1]).list()) {
          best.get(set)
              .addAll(
                  joining.plans(
                      new Joining.Sides(
                          Rows.Join.Kind.INNER, left, leftNeeded, right, rightNeeded, on)));
        }
      }
    }
  }

  private boolean isLast(int set) {
    return set == (1 << region.leaves().size()) - 1;
  }

  private Set<Column> neededOutside(Set<Column> columns) {
    Set<Column> needed = new LinkedHashSet<>(neededAbove);
    needed.addAll(equal.joining(columns));
    for (Scalar condition : others) {
      if (!columns.containsAll(condition.columns())) {
        needed.addAll(condition.columns());
      }
    }
    needed.retainAll(columns);
    return needed;
  }

  /** Two parts that a condition connects; any two where no condition does. */
  private List<int[]> splits(int set, List<Scalar> inside) {
    List<int[]> connected = new ArrayList<>();
    List<int[]> others = new ArrayList<>();
    boolean bushy = region.leaves().size() <= BUSHY;
    for (int left = set & (set - 1); left > 0; left = (left - 1) & set) {
      int right = set ^ left;
      boolean considered = bushy || Integer.bitCount(left) == 1 || Integer.bitCount(right) == 1;
      if (left < right || !considered) {
        continue;
      }
      int[] split = {left, right};
      (isConnected(left, right, inside) ? connected : others).add(split);
    }
    return connected.isEmpty() ? others : connected;
  }

  private boolean isConnected(int left, int right, List<Scalar> inside) {
    Set<Column> ofLeft = region.columns(left);
    Set<Column> ofRight = region.columns(right);
    return !equal.between(ofLeft, ofRight).isEmpty()
        || inside.stream()
            .map(Scalar::columns)
            .anyMatch(
                c ->
                    c.stream().anyMatch(ofLeft::contains)
                        && c.stream().anyMatch(ofRight::contains));
  }
}
