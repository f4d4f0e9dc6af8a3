package dev.drover.planner.relational;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Groups the right side of a left join before it is joined:
 *
 * <pre>
 *   SELECT c.id, count(o.id) FROM c LEFT JOIN o ON o.c = c.id GROUP BY c.id
 *   SELECT c.id, coalesce(sum(p), 0) FROM c
 *     LEFT JOIN (SELECT o.c, count(o.id) AS p FROM o GROUP BY o.c) ON o.c = c.id GROUP BY c.id
 * </pre>
 *
 * <p>Sound where all that is computed comes from the right side and from parts that add up, and the
 * conditions are equalities of columns: rows that are equal in these have equal partners. A left
 * row without partner has NULL for each part, as it has for each row's value.
 */
final class EarlyGroups {
  private EarlyGroups() {}

  static Optional<Rows.Group> of(Rows.Group group) {
    if (!(group.input() instanceof Rows.Join join)
        || join.kind() != Rows.Join.Kind.LEFT
        || !group.aggregates().stream().allMatch(a -> a.isDivisible() && a.skipsNulls())
        || group.aggregates().isEmpty()
        || !join.left().columns().containsAll(group.keys())) {
      return Optional.empty();
    }
    Set<Column> ofRight = new HashSet<>(join.right().columns());
    boolean known =
        group.aggregates().stream()
                .map(a -> a.call().columns())
                .allMatch(c -> !c.isEmpty() && ofRight.containsAll(c))
            && join.on().stream()
                .allMatch(
                    c ->
                        c.equal().isPresent()
                            && c.columns().stream().filter(ofRight::contains).count() == 1);
    if (!known) {
      return Optional.empty();
    }
    Set<Column> keys = new LinkedHashSet<>();
    join.on().forEach(c -> keys.addAll(c.columns()));
    keys.retainAll(ofRight);
    List<Aggregate> begun = new ArrayList<>();
    group.aggregates().forEach(a -> a.parts().forEach(p -> begun.add(p.whole())));
    Rows right = new Rows.Group(join.right(), List.copyOf(keys), begun);
    return Optional.of(
        new Rows.Group(
            new Rows.Join(join.kind(), join.left(), right, join.on()),
            group.keys(),
            group.aggregates().stream().map(EarlyGroups::finishing).toList()));
  }

  /** Parts that are merged again may be begun and finished once more. */
  private static Aggregate finishing(Aggregate aggregate) {
    return new Aggregate(
        aggregate.result(),
        aggregate.finish(),
        aggregate.parts().stream()
            .map(p -> new Aggregate.Part(p.column(), p.merge(), p.merge()))
            .toList(),
        aggregate.finish(),
        aggregate.skipsNulls());
  }
}
