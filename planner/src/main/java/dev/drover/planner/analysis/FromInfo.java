package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** FROM as a tree of joins over sources. */
public sealed interface FromInfo {
  /** Every source below. */
  Set<Source> sources();

  /** One item. */
  record Leaf(Source source) implements FromInfo {
    @Override
    public Set<Source> sources() {
      return Set.of(source);
    }
  }

  /**
   * A join.
   *
   * @param facts what its condition says of the pairs of rows that match
   * @param sublinks the queries in its condition
   * @param on the condition, if it is written
   */
  record Join(
      FromItem.JoinItem.Kind kind,
      FromInfo left,
      FromInfo right,
      List<Fact> facts,
      List<Sublink> sublinks,
      Optional<Expr> on)
      implements FromInfo {
    public Join {
      facts = List.copyOf(facts);
      sublinks = List.copyOf(sublinks);
    }

    @Override
    public Set<Source> sources() {
      Set<Source> all = new LinkedHashSet<>(left.sources());
      all.addAll(right.sources());
      return all;
    }
  }
}
