package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The cheapest order of inner joins, for every place where the result may be: dynamic programming
 * over the sets of what is joined. Up to {@value #BUSHY} relations any two sets are joined; above
 * that one relation after the other.
 *
 * <p>Units: a set has one bit for each relation.
 */
final class JoinOrder {
  static final int MAX_RELATIONS = 10;
  private static final int BUSHY = 6;

  /** A bit for what is none of the relations. */
  private static final int ELSEWHERE = 1 << MAX_RELATIONS;

  private final Joining joining;
  private final Set<Column> neededAbove;
  private final int count;
  private final Map<Column, Integer> parts;
  private final EqualColumns equal;
  private final List<Other> others;

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
  }

  /**
   * A condition that is not an equality of columns.
   *
   * @param part the relations whose columns it has
   */
  private record Other(Scalar condition, int part) {}

  JoinOrder(Joining joining, Region region, Set<Column> neededAbove) {
    this.joining = joining;
    this.neededAbove = neededAbove;
    this.count = region.leaves().size();
    Map<Column, Integer> parts = new HashMap<>();
    for (int i = 0; i < count; i++) {
      for (Column column : region.leaves().get(i).columns()) {
        parts.merge(column, 1 << i, (a, b) -> a | b);
      }
    }
    this.parts = parts;
    this.equal = EqualColumns.of(region.conditions(), this::partOf);
    this.others =
        region.conditions().stream()
            .filter(c -> c.equal().isEmpty())
            .map(c -> new Other(c, partOf(c.columns())))
            .toList();
  }

  /** What of a leaf is needed by the conditions and above. */
  Set<Column> needed(int leaf) {
    return neededOutside(1 << leaf);
  }

  /** {@code plans} of each leaf. Products are made only where conditions do not connect all. */
  List<Placed> plans(List<List<Placed>> plans) {
    List<Placed> connected = plans(plans, false);
    return connected.isEmpty() ? plans(plans, true) : connected;
  }

  private List<Placed> plans(List<List<Placed>> plans, boolean products) {
    int all = (1 << count) - 1;
    List<Movable> best = new ArrayList<>();
    for (int set = 0; set <= all; set++) {
      List<Placed> found =
          switch (Integer.bitCount(set)) {
            case 0 -> List.of();
            case 1 -> plans.get(Integer.numberOfTrailingZeros(set));
            default -> joined(set, best, products);
          };
      best.add(joining.movable(found, neededOutside(set)));
    }
    return best.get(all).from();
  }

  private List<Placed> joined(int set, List<Movable> best, boolean products) {
    List<Other> inside = others.stream().filter(c -> (c.part & ~set) == 0).toList();
    Alternatives found = new Alternatives();
    for (int left : splits(set, inside, products)) {
      int right = set ^ left;
      List<Scalar> on = new ArrayList<>(equal.between(left, right));
      for (Other other : inside) {
        boolean here =
            other.part == 0
                ? Integer.bitCount(set) == count
                : (other.part & ~left) != 0 && (other.part & ~right) != 0;
        if (here) {
          on.add(other.condition);
        }
      }
      found.addAll(
          joining.plans(
              new Joining.Sides(Rows.Join.Kind.INNER, best.get(left), best.get(right), on)));
    }
    return found.list();
  }

  private int partOf(Column column) {
    return parts.getOrDefault(column, ELSEWHERE);
  }

  private int partOf(Set<Column> columns) {
    return columns.stream().mapToInt(this::partOf).reduce(0, (a, b) -> a | b);
  }

  private Set<Column> neededOutside(int set) {
    Set<Column> needed = new LinkedHashSet<>(neededAbove);
    needed.addAll(equal.joining(set));
    for (Other other : others) {
      if ((other.part & ~set) != 0) {
        needed.addAll(other.condition.columns());
      }
    }
    needed.removeIf(column -> (partOf(column) & set) == 0);
    return needed;
  }

  /** One of two parts that a condition connects; of any two where no condition does. */
  private List<Integer> splits(int set, List<Other> inside, boolean products) {
    List<Integer> connected = new ArrayList<>();
    List<Integer> unconnected = new ArrayList<>();
    boolean bushy = count <= BUSHY;
    for (int left = set & (set - 1); left > 0; left = (left - 1) & set) {
      int right = set ^ left;
      boolean considered = bushy || Integer.bitCount(left) == 1 || Integer.bitCount(right) == 1;
      if (left > right && considered) {
        (isConnected(left, right, inside) ? connected : unconnected).add(left);
      }
    }
    return products && connected.isEmpty() ? unconnected : connected;
  }

  private boolean isConnected(int left, int right, List<Other> inside) {
    return equal.connect(left, right)
        || inside.stream().anyMatch(c -> (c.part & left) != 0 && (c.part & right) != 0);
  }
}
