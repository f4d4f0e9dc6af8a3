package dev.drover.planner.placement;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.Fact;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Rows;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.Sublink;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.sql.FromItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries what the conditions of a statement say to every table, join and block it holds for.
 *
 * <p>The facts of a table are such that its other rows cannot change the statement's result: WHERE
 * narrows every table of its block; the condition of an inner join narrows both sides; that of an
 * outer join narrows the side whose rows it may replace by nulls. What narrows a derived table
 * narrows the query in it, as far as the query hands its rows on by that column.
 */
public final class FactFlow {
  private final Mentions mentions;
  private final FunctionRules functions;
  private final LiteralReads reads;
  private final Map<TableUse, Facts> ofTable = new HashMap<>();
  private final Map<Block, Facts> ofBlock = new HashMap<>();
  private final IdentityHashMap<FromInfo.Join, Facts> ofMatch = new IdentityHashMap<>();
  private final IdentityHashMap<FromInfo.Join, FromItem.JoinItem.Kind> kinds =
      new IdentityHashMap<>();

  public FactFlow(Mentions mentions, FunctionRules functions, LiteralReads reads) {
    this.mentions = mentions;
    this.functions = functions;
    this.reads = reads;
  }

  /** True when several references read a derived table's one query. */
  boolean isShared(Derived derived) {
    return mentions.isShared(derived.query());
  }

  /** What holds for the rows of a table that matter. */
  public Facts of(TableUse table) {
    return ofTable.getOrDefault(table, Facts.NONE);
  }

  /** What holds for the rows that pass a block's WHERE. */
  public Facts of(Block block) {
    return ofBlock.getOrDefault(block, Facts.NONE);
  }

  /** What holds for the pairs of rows that a join matches. */
  Facts ofMatches(FromInfo.Join join) {
    return ofMatch.getOrDefault(join, Facts.NONE);
  }

  /** The join's kind, an outer join whose added rows are filtered out being less than that. */
  public FromItem.JoinItem.Kind kind(FromInfo.Join join) {
    return kinds.getOrDefault(join, join.kind());
  }

  public void query(QueryInfo query, Facts inherited) {
    query.commonTables().forEach(common -> query(common, Facts.NONE));
    body(query.body(), inherited);
    query.sublinks().forEach(s -> query(s.query(), inherited));
  }

  private void body(QueryInfo.Body body, Facts inherited) {
    switch (body) {
      case Block block -> block(block, inherited);
      case QueryInfo.Pair(_, var left, var right) -> {
        body(left, inherited);
        body(right, inherited);
      }
      case QueryInfo.Constants(_, var block) -> block(block, inherited);
      case QueryInfo.Nested(var inner) -> query(inner, inherited);
    }
  }

  public void block(Block block, Facts inherited) {
    Facts facts = inherited.and(ownFacts(block));
    ofBlock.put(block, facts);
    block.from().forEach(item -> descend(item, facts));
    block.sublinks().forEach(s -> sublink(s, facts));
  }

  private List<Fact> ownFacts(Block block) {
    List<Fact> own = new ArrayList<>(block.whereFacts());
    block.from().forEach(item -> own.addAll(holds(item)));
    return own;
  }

  private void sublink(Sublink sublink, Facts facts) {
    List<Fact> matches = new ArrayList<>();
    for (Fact match : sublink.matches()) {
      if (match instanceof Fact.Same(_, var inner) && narrows(sublink.query(), inner)) {
        matches.add(match);
      }
    }
    query(sublink.query(), facts.and(matches));
  }

  /** What holds for every row of an item. */
  private List<Fact> holds(FromInfo item) {
    List<Fact> facts = new ArrayList<>();
    switch (item) {
      case FromInfo.Leaf(Derived derived) -> facts.addAll(exported(derived));
      case FromInfo.Leaf _ -> {}
      case FromInfo.Join join -> {
        boolean keepsLeft = join.kind() != FromItem.JoinItem.Kind.RIGHT;
        boolean keepsRight = join.kind() != FromItem.JoinItem.Kind.LEFT;
        if (join.kind() == FromItem.JoinItem.Kind.FULL) {
          return facts;
        }
        if (keepsLeft) {
          facts.addAll(holds(join.left()));
        }
        if (keepsRight) {
          facts.addAll(holds(join.right()));
        }
        if (keepsLeft && keepsRight) {
          facts.addAll(join.facts());
        }
      }
    }
    return facts;
  }

  private List<Fact> exported(Derived derived) {
    Optional<Block> block = derived.query().block();
    if (block.isEmpty() || mentions.isShared(derived.query())) {
      return List.of();
    }
    List<Fact> facts = new ArrayList<>(ownFacts(block.get()));
    for (String column : derived.columns().orElse(List.of())) {
      Conditions.inner(derived, column)
          .ifPresent(in -> facts.add(new Fact.Renames(new Variable(derived, column), in)));
    }
    return facts;
  }

  private void descend(FromInfo item, Facts facts) {
    switch (item) {
      case FromInfo.Leaf(TableUse table) -> ofTable.put(table, facts);
      case FromInfo.Leaf(Derived derived) -> derived(derived, facts);
      case FromInfo.Leaf(Rows _) -> {}
      case FromInfo.Join join -> join(join, facts);
    }
  }

  private void join(FromInfo.Join join, Facts facts) {
    Facts left = facts.and(holds(join.left()));
    Facts right = facts.and(holds(join.right()));
    Facts matches = left.and(holds(join.right())).and(join.facts());
    boolean rejectsLeft = facts.rejectNullsOf(join.left().sources());
    boolean rejectsRight = facts.rejectNullsOf(join.right().sources());
    FromItem.JoinItem.Kind kind = reduced(join.kind(), rejectsLeft, rejectsRight);
    kinds.put(join, kind);
    ofMatch.put(join, matches);
    switch (kind) {
      case CROSS, INNER -> {
        descend(join.left(), matches);
        descend(join.right(), matches);
      }
      case LEFT -> {
        descend(join.left(), left);
        descend(join.right(), matches);
      }
      case RIGHT -> {
        descend(join.left(), matches);
        descend(join.right(), right);
      }
      case FULL -> {
        descend(join.left(), left);
        descend(join.right(), right);
      }
    }
    join.sublinks().forEach(s -> sublink(s, matches));
  }

  private static FromItem.JoinItem.Kind reduced(
      FromItem.JoinItem.Kind kind, boolean rejectsLeft, boolean rejectsRight) {
    return switch (kind) {
      case CROSS, INNER -> FromItem.JoinItem.Kind.INNER;
      case LEFT -> rejectsRight ? FromItem.JoinItem.Kind.INNER : kind;
      case RIGHT -> rejectsLeft ? FromItem.JoinItem.Kind.INNER : kind;
      case FULL -> {
        if (rejectsLeft && rejectsRight) {
          yield FromItem.JoinItem.Kind.INNER;
        }
        if (rejectsLeft) {
          yield FromItem.JoinItem.Kind.LEFT;
        }
        yield rejectsRight ? FromItem.JoinItem.Kind.RIGHT : kind;
      }
    };
  }

  private void derived(Derived derived, Facts facts) {
    if (mentions.isShared(derived.query())) {
      query(derived.query(), Facts.NONE);
      return;
    }
    Set<Source> inside = sources(derived.query());
    Facts visible = facts.onlyAbout(source -> !inside.contains(source));
    List<Fact> renames = new ArrayList<>();
    for (String column : derived.columns().orElse(List.of())) {
      Conditions.inner(derived, column)
          .filter(inner -> narrows(derived.query(), inner))
          .ifPresent(in -> renames.add(new Fact.Renames(new Variable(derived, column), in)));
    }
    query(derived.query(), visible.and(renames));
  }

  /** Every source in a query, at any level. */
  private static Set<Source> sources(QueryInfo query) {
    Set<Source> all = new HashSet<>();
    query.commonTables().forEach(c -> all.addAll(sources(c)));
    query.sublinks().forEach(s -> all.addAll(sources(s.query())));
    collect(query.body(), all);
    return all;
  }

  private static void collect(QueryInfo.Body body, Set<Source> all) {
    switch (body) {
      case Block block -> {
        block.from().forEach(item -> collect(item, all));
        block.sublinks().forEach(s -> all.addAll(sources(s.query())));
      }
      case QueryInfo.Pair(_, var left, var right) -> {
        collect(left, all);
        collect(right, all);
      }
      case QueryInfo.Constants(_, var block) -> collect(block, all);
      case QueryInfo.Nested(var inner) -> all.addAll(sources(inner));
    }
  }

  private static void collect(FromInfo item, Set<Source> all) {
    switch (item) {
      case FromInfo.Leaf(var source) -> {
        all.add(source);
        if (source instanceof Derived derived) {
          all.addAll(sources(derived.query()));
        }
      }
      case FromInfo.Join join -> {
        collect(join.left(), all);
        collect(join.right(), all);
        join.sublinks().forEach(s -> all.addAll(sources(s.query())));
      }
    }
  }

  /**
   * May the query be computed from fewer rows when only result rows with one value of the column
   * matter?
   */
  private boolean narrows(QueryInfo query, Variable column) {
    Optional<Block> block = query.block();
    if (block.isEmpty() || query.isCut()) {
      return false;
    }
    BlockShape shape = new BlockShape(block.get(), functions, reads);
    if (shape.isWindowed()
        || block.get().select().map(s -> !s.distinctOn().isEmpty()).orElse(false)) {
      return false;
    }
    return !shape.isAggregated()
        || (!shape.hasGroupingSets() && shape.groupVariables().contains(column));
  }
}
