package dev.drover.planner.relational;

import dev.drover.planner.relational.Rows.Join.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds where the rows of a query may be, and the cheapest way to have them there. */
final class Search {
  private final Transfers transfers;
  private final Sizes sizes;
  private final Joining joining;
  private final Reduction reduction;
  private final GroupPlans groups;

  Search(Transfers transfers) {
    this.transfers = transfers;
    this.sizes = transfers.sizes();
    this.joining = new Joining(transfers);
    this.reduction = new Reduction(transfers);
    this.groups = new GroupPlans(transfers);
  }

  /** Empty when there is none. */
  List<Placed> plans(Rows rows, Set<Column> needed) {
    return switch (rows) {
      case Rows.Scan scan -> List.of(new Placed(scan, scan.spot(), 0));
      case Rows.Moved moved -> List.of(new Placed(moved, moved.to(), costOf(moved)));
      case Rows.Where(var input, var conditions) -> {
        JoinOrder.Region region = JoinOrder.Region.of(rows);
        yield region.leaves().size() > 1
            ? inner(region, needed)
            : plans(input, with(needed, conditions)).stream()
                .map(p -> p.with(new Rows.Where(p.rows(), conditions), p.spot(), 0))
                .toList();
      }
      case Rows.Compute(var input, var computed) -> computed(input, computed, needed);
      case Rows.Join join when join.kind() == Kind.INNER ->
          inner(JoinOrder.Region.of(join), needed);
      case Rows.Join join -> oneSided(join, needed);
      case Rows.Group group -> grouped(group);
    };
  }

  /** What it costs to have moved these rows; nothing for rows that others have paid for. */
  private double costOf(Rows.Moved moved) {
    return transfers.work(sizes.of(moved), moved.to())
        + sizes.of(moved) * Sizes.width(moved.columns()) * (1 + transfers.nodes().size());
  }

  private static Set<Column> with(Set<Column> needed, List<Scalar> conditions) {
    Set<Column> all = new LinkedHashSet<>(needed);
    conditions.forEach(c -> all.addAll(c.columns()));
    return all;
  }

  private List<Placed> computed(
      Rows input, List<Rows.Compute.Computed> computed, Set<Column> needed) {
    List<Rows.Compute.Computed> used =
        computed.stream().filter(c -> needed.contains(c.column())).toList();
    Set<Column> below = new LinkedHashSet<>(needed);
    used.forEach(c -> below.addAll(c.value().columns()));
    return plans(input, below).stream()
        .map(p -> used.isEmpty() ? p : p.with(new Rows.Compute(p.rows(), used), p.spot(), 0))
        .toList();
  }

  private List<Placed> inner(JoinOrder.Region region, Set<Column> needed) {
    if (region.leaves().size() > JoinOrder.MAX_RELATIONS) {
      return List.of();
    }
    JoinOrder order = new JoinOrder(joining, region, needed);
    List<List<Placed>> leaves = new ArrayList<>();
    for (int i = 0; i < region.leaves().size(); i++) {
      leaves.add(plans(region.leaves().get(i), order.needed(i)));
    }
    return order.plans(leaves);
  }

  /** Left, semi- and anti-joins keep their side. */
  private List<Placed> oneSided(Rows.Join join, Set<Column> needed) {
    Set<Column> all = with(needed, join.on());
    Set<Column> leftNeeded = new LinkedHashSet<>(all);
    leftNeeded.retainAll(join.left().columns());
    Set<Column> rightNeeded =
        join.keepsRight() ? new LinkedHashSet<>(all) : with(Set.of(), join.on());
    rightNeeded.retainAll(new HashSet<>(join.right().columns()));
    List<Placed> lefts = plans(join.left(), leftNeeded);
    if (lefts.isEmpty()) {
      return List.of();
    }
    List<Placed> rights = new ArrayList<>(plans(join.right(), rightNeeded));
    Optional<Rows> reduced = reduction.reduced(join, lefts.getFirst());
    reduced.ifPresent(rows -> rights.addAll(plans(rows, rightNeeded)));
    return joining.plans(
        new Joining.Sides(
            join.kind(),
            joining.movable(lefts, leftNeeded),
            joining.movable(rights, rightNeeded),
            join.on()));
  }

  private List<Placed> grouped(Rows.Group group) {
    Alternatives found = new Alternatives();
    found.addAll(groupedOnce(group));
    EarlyGroups.of(group).ifPresent(early -> found.addAll(groupedOnce(early)));
    return found.list();
  }

  private List<Placed> groupedOnce(Rows.Group group) {
    Set<Column> needed = new LinkedHashSet<>(group.keys());
    group.aggregates().forEach(a -> needed.addAll(a.call().columns()));
    return groups.plans(group, plans(group.input(), needed), needed);
  }
}
