package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One SELECT, or the UPDATE or DELETE that reads rows like one: its sources, what its WHERE says,
 * and what its expressions mention.
 *
 * <p>Threads: confined; filled while the tree is walked.
 */
public final class Block implements QueryInfo.Body {
  private static final Comparator<Expr.ColumnRef> BY_PLACE =
      Comparator.comparingInt((Expr.ColumnRef r) -> r.span().start())
          .thenComparingInt(r -> r.span().end());

  private final Scope scope;
  private final Optional<QueryBody.SelectBlock> select;
  private final List<FromInfo> from = new ArrayList<>();
  private final List<Fact> whereFacts = new ArrayList<>();
  private final List<Sublink> sublinks = new ArrayList<>();
  private final List<Expr.FunctionCall> calls = new ArrayList<>();
  private final Map<Expr.ColumnRef, Resolved> references = new TreeMap<>(BY_PLACE);
  private Optional<List<Output>> outputs = Optional.empty();
  private List<QueryPart.SortItem> orderBy = List.of();

  public Block(Scope scope, Optional<QueryBody.SelectBlock> select) {
    this.scope = scope;
    this.select = select;
  }

  public Scope scope() {
    return scope;
  }

  public Optional<QueryBody.SelectBlock> select() {
    return select;
  }

  /** The items of FROM, which are joined without a condition. */
  public List<FromInfo> from() {
    return from;
  }

  public List<Fact> whereFacts() {
    return whereFacts;
  }

  /** The queries in its expressions, apart from those in the conditions of joins. */
  public List<Sublink> sublinks() {
    return sublinks;
  }

  /** The functions that its own expressions call. */
  public List<Expr.FunctionCall> calls() {
    return calls;
  }

  /** What each column reference of its own expressions means. */
  public Map<Expr.ColumnRef, Resolved> references() {
    return references;
  }

  /** Empty when they cannot be listed. */
  public Optional<List<Output>> outputs() {
    return outputs;
  }

  /** The ORDER BY of the query whose body the block is. */
  public List<QueryPart.SortItem> orderBy() {
    return orderBy;
  }

  void setOrderBy(List<QueryPart.SortItem> items) {
    orderBy = items;
  }

  void setOutputs(Optional<List<Output>> known) {
    outputs = known;
  }
}
