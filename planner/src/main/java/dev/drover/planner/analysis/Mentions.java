package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a statement mentions at any level, views it reads included.
 *
 * <p>Threads: confined; filled while the tree is walked.
 */
public final class Mentions {
  /**
   * A call.
   *
   * @param outermost it is in the statement's own outermost block
   * @param inText it is in the statement's text, not in a view's
   */
  public record Call(Expr.FunctionCall call, boolean outermost, boolean inText) {}

  /** A statement in WITH that changes rows, its target the first of the block's sources. */
  public record Change(Statement statement, Block block) {}

  private final SourceText text;
  private final ColumnNeeds needs = new ColumnNeeds();
  private final List<TableUse> tables = new ArrayList<>();
  private final List<FromItem.TableRef> catalogRelations = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final List<Expr.Special> clocks = new ArrayList<>();
  private final List<Expr.Cast> objectNames = new ArrayList<>();
  private final List<Resolved.OfSystem> systemColumns = new ArrayList<>();
  private final List<QueryPart.Locking> locks = new ArrayList<>();
  private final List<Expr.ColumnRef> schemaQualified = new ArrayList<>();
  private final Map<QueryInfo, Integer> references = new HashMap<>();
  private final List<Block> blocks = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private boolean cutsBelow;

  Mentions(SourceText text) {
    this.text = text;
  }

  /** The statement's own text. */
  public SourceText text() {
    return text;
  }

  /** The columns that are used of each source. */
  public ColumnNeeds needs() {
    return needs;
  }

  /** Tables whose rows are on datanodes. */
  public List<TableUse> tables() {
    return tables;
  }

  /** Relations whose rows are on the catalog node. */
  public List<FromItem.TableRef> catalogRelations() {
    return catalogRelations;
  }

  public List<Call> calls() {
    return calls;
  }

  /** CURRENT_TIMESTAMP and its like, in the statement's own text. */
  public List<Expr.Special> clocks() {
    return clocks;
  }

  /** Casts to {@code regclass} and its like, whose OIDs differ from node to node. */
  public List<Expr.Cast> objectNames() {
    return objectNames;
  }

  public List<Resolved.OfSystem> systemColumns() {
    return systemColumns;
  }

  public List<QueryPart.Locking> locks() {
    return locks;
  }

  /** Column references with a schema, in the statement's own text. */
  public List<Expr.ColumnRef> schemaQualified() {
    return schemaQualified;
  }

  public boolean modifiesInWith() {
    return !changes.isEmpty();
  }

  /** The INSERT, UPDATE, DELETE and MERGE statements in WITH. */
  public List<Change> changes() {
    return changes;
  }

  /** Every block of the statement's own text. */
  public List<Block> blocks() {
    return blocks;
  }

  /** Counts a reference to a query of WITH. */
  QueryInfo referred(QueryInfo query) {
    references.merge(query, 1, Integer::sum);
    return query;
  }

  /** True when a query of WITH is read more than once. */
  public boolean isShared(QueryInfo query) {
    return references.getOrDefault(query, 0) > 1;
  }

  /** A query below the outermost one has LIMIT or OFFSET. */
  public boolean cutsBelow() {
    return cutsBelow;
  }

  void markCutsBelow() {
    cutsBelow = true;
  }
}
