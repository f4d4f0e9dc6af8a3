package dev.drover.planner.pull;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.target.ChangeTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the conditions of a statement that its rows can be asked for by: those about one source
 * alone whose failing rows cannot change the result.
 *
 * <p>WHERE speaks for every source that no outer join of the block may replace by nulls; the
 * condition of a join for both sides of an inner join, and for the side that an outer join may
 * replace. The conditions stay in the statement too.
 */
public final class PullFilters {
  private final Analysis analysis;
  private final Set<Block> certain = new HashSet<>();
  private final Map<Source, List<Expr>> found = new HashMap<>();
  private final Map<Source, List<Expr>> settled = new HashMap<>();
  private final Map<Source, List<Either>> either = new HashMap<>();

  /**
   * What follows from an OR each of whose operands says something of the source.
   *
   * @param arms of one of these all conditions hold
   */
  public record Either(List<List<Expr>> arms) {
    public Either {
      arms = arms.stream().map(List::copyOf).toList();
    }
  }

  public PullFilters(Analysis analysis, QueryInfo query) {
    this.analysis = analysis;
    collectCertain(query.body());
    analysis.mentions().text().all().flatMap(text -> text.blocks().stream()).forEach(this::block);
  }

  /**
   * A condition on its way down the joins.
   *
   * @param asWritten it comes here by the joins as they are written too, and not only since it, or
   *     another condition, makes an inner join of an outer one
   */
  private record Reaching(Expr condition, boolean asWritten) {
    static List<Reaching> of(List<Expr> conditions) {
      return conditions.stream().map(c -> new Reaching(c, true)).toList();
    }
  }

  /** For statements that change rows, at the top or in WITH. */
  public PullFilters(Analysis analysis, List<ChangeTarget> targets) {
    this.analysis = analysis;
    analysis.mentions().text().all().flatMap(text -> text.blocks().stream()).forEach(this::block);
    targets.forEach(this::change);
  }

  /** A row that MERGE finds no match for is looked at too, whatever its condition says. */
  private void change(ChangeTarget target) {
    certain.add(target.block());
    if (target.statement() instanceof Merge) {
      descend(new FromInfo.Leaf(target.table()), Reaching.of(target.conditions()), target.block());
    } else {
      target
          .block()
          .from()
          .forEach(item -> descend(item, Reaching.of(target.conditions()), target.block()));
    }
  }

  private static boolean isCertain(Derived derived) {
    return !derived.query().isCut() && (!derived.common() || derived.query().block().isPresent());
  }

  public List<Expr> of(Source source) {
    return found.getOrDefault(source, List.of());
  }

  /**
   * Those of them that say nothing more once the source's rows have met them: the statement means
   * the same without. One that also leaves out rows in which an outer join has replaced the source
   * by nulls is none of these.
   */
  public List<Expr> settled(Source source) {
    return settled.getOrDefault(source, List.of());
  }

  public List<Either> either(Source source) {
    return either.getOrDefault(source, List.of());
  }

  /** PostgreSQL evaluates the block for sure, if it evaluates the statement. */
  boolean isCertain(Block block) {
    return certain.contains(block);
  }

  /** Blocks that PostgreSQL evaluates for sure, so that it meets their errors too. */
  private void collectCertain(QueryInfo.Body body) {
    switch (body) {
      case Block block -> {
        certain.add(block);
        block.from().forEach(this::collectCertain);
      }
      case QueryInfo.Pair(_, var left, var right) -> {
        collectCertain(left);
        collectCertain(right);
      }
      case QueryInfo.Nested(var inner) -> collectCertain(inner.body());
      case QueryInfo.Constants _ -> {}
    }
  }

  /** A query in FROM is as certain as a table there, also one of WITH that is no recursion. */
  private void collectCertain(FromInfo item) {
    switch (item) {
      case FromInfo.Leaf(Derived derived) when isCertain(derived) ->
          collectCertain(derived.query().body());
      case FromInfo.Leaf _ -> {}
      case FromInfo.Join join -> {
        collectCertain(join.left());
        collectCertain(join.right());
      }
    }
  }

  private void block(Block block) {
    List<Expr> where =
        block.select().flatMap(s -> s.where()).map(Conditions::conjuncts).orElse(List.of());
    block.from().forEach(item -> descend(item, Reaching.of(where), block));
  }

  private void descend(FromInfo item, List<Reaching> conditions, Block block) {
    switch (item) {
      case FromInfo.Leaf(var source) ->
          conditions.forEach(condition -> reached(source, condition, block));
      case FromInfo.Join join -> {
        descend(join.left(), reaching(join, true, conditions), block);
        descend(join.right(), reaching(join, false, conditions), block);
      }
    }
  }

  private void reached(Source source, Reaching reaching, Block block) {
    Expr condition = reaching.condition();
    if (!isAbout(source, condition, block)) {
      implied(source, condition, block)
          .ifPresent(e -> either.computeIfAbsent(source, s -> new ArrayList<>()).add(e));
      return;
    }
    found.computeIfAbsent(source, s -> new ArrayList<>()).add(condition);
    if (reaching.asWritten()) {
      settled.computeIfAbsent(source, s -> new ArrayList<>()).add(condition);
    }
  }

  private List<Reaching> reaching(FromInfo.Join join, boolean left, List<Reaching> conditions) {
    FromItem.JoinItem.Kind kind = analysis.flow().kind(join);
    List<Reaching> reaching = new ArrayList<>();
    if (keepsRows(kind, left)) {
      boolean kept = keepsRows(join.kind(), left);
      conditions.forEach(c -> reaching.add(new Reaching(c.condition(), c.asWritten() && kept)));
    }
    if (losesRows(kind, left)) {
      boolean lost = losesRows(join.kind(), left);
      List<Expr> on = join.on().map(Conditions::conjuncts).orElse(List.of());
      on.forEach(c -> reaching.add(new Reaching(c, lost)));
    }
    return reaching;
  }

  /** Whether such a join never replaces the rows of that side by nulls. */
  private static boolean keepsRows(FromItem.JoinItem.Kind kind, boolean left) {
    return switch (kind) {
      case CROSS, INNER -> true;
      case LEFT -> left;
      case RIGHT -> !left;
      case FULL -> false;
    };
  }

  /** Whether rows of that side that match none are left out. */
  private static boolean losesRows(FromItem.JoinItem.Kind kind, boolean left) {
    return switch (kind) {
      case CROSS, INNER -> true;
      case LEFT -> !left;
      case RIGHT -> left;
      case FULL -> false;
    };
  }

  private Optional<Either> implied(Source source, Expr condition, Block block) {
    if (!(condition instanceof Expr.Logical(_, var kind, var operands))
        || kind != Expr.Logical.Kind.OR) {
      return Optional.empty();
    }
    PullableExpressions expressions = new PullableExpressions(analysis);
    List<List<Expr>> arms = new ArrayList<>();
    for (Expr operand : operands) {
      List<Expr> own =
          Conditions.conjuncts(operand).stream()
              .filter(c -> isAbout(source, c, block) && expressions.cannotFail(c))
              .toList();
      if (own.isEmpty()) {
        return Optional.empty();
      }
      arms.add(own);
    }
    return Optional.of(new Either(arms));
  }

  private boolean isAbout(Source source, Expr condition, Block block) {
    List<Expr.ColumnRef> references = RelationNames.collect(condition, Expr.ColumnRef.class);
    PullableExpressions expressions = new PullableExpressions(analysis);
    return !references.isEmpty()
        && references.stream().allMatch(r -> isColumnOf(source, block.references().get(r)))
        && (certain.contains(block)
            ? expressions.mayRunAnywhere(condition)
            : expressions.cannotFail(condition));
  }

  private static boolean isColumnOf(Source source, Resolved resolved) {
    return resolved instanceof Resolved.OfColumn(var variable) && variable.source().equals(source);
  }
}
