package dev.drover.planner.gather;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.Outputs;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.Clocks;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The two texts of a block that is begun on the nodes and finished on one PostgreSQL: FROM and
 * WHERE run on the nodes, all else over {@code drover_x1}.
 */
public final class FinishText {
  static final String ROWS = "drover_x1";

  private final String rowsName;
  private final Analysis analysis;
  private final QueryInfo query;
  private final Block block;
  private final QueryBody.SelectBlock select;

  public FinishText(Analysis analysis, QueryInfo query, Block block) {
    this(analysis, query, block, ROWS);
  }

  /** {@code rowsName} is the relation of what the nodes send. */
  public FinishText(Analysis analysis, QueryInfo query, Block block, String rowsName) {
    this.rowsName = rowsName;
    this.analysis = analysis;
    this.query = query;
    this.block = block;
    this.select = block.select().orElseThrow();
  }

  /** From the first item of FROM to the end of WHERE. */
  Span rowsSpan() {
    int start = select.from().getFirst().span().start();
    int end = select.from().getLast().span().end();
    return new Span(start, select.where().map(w -> w.span().end()).orElse(end));
  }

  /** True when the block is all of the query but its ORDER BY and LIMIT. */
  boolean isTop() {
    return query.body() == block;
  }

  /** {@code WITH ...} as the nodes need it for the block's FROM. */
  SqlText with(SpliceText text) {
    return isTop() && query.query().with().isPresent()
        ? new TextBuilder().add(text.render(query.query().with().get().span())).add(" ").build()
        : SqlText.fixed("");
  }

  /** {@code SELECT columns FROM ... WHERE ...} on the nodes; {@code end} follows. */
  SqlText nodeText(String select, List<SqlText> columns, String end) {
    SpliceText text = new NodeText(analysis).plain(true);
    TextBuilder out = new TextBuilder().add(with(text)).add(select);
    for (int i = 0; i < columns.size(); i++) {
      out.add(i == 0 ? "" : ", ").add(columns.get(i));
    }
    return out.add(" FROM ").add(text.render(rowsSpan())).add(end).build();
  }

  /** The statement over {@code drover_x1}, before its expressions are replaced. */
  SpliceText finalText() {
    SpliceText text = new NodeText(analysis).plain(true);
    text.replace(rowsSpan(), rowsName);
    if (isTop() && restReadsNoQuery()) {
      query.query().with().ifPresent(w -> text.replace(w.span(), ""));
    }
    nameTargets(text);
    return text;
  }

  /** True when no query stands outside of FROM and WHERE. */
  boolean restReadsNoQuery() {
    return rest().stream()
        .allMatch(
            node -> RelationNames.collect(node, dev.drover.planner.sql.Query.class).isEmpty());
  }

  /** The rows' column with this number, from 1; ORDER BY would take an output's name first. */
  String numbered(int number, Span at) {
    String name = "c" + number;
    boolean sorts = block.orderBy().stream().anyMatch(item -> item.span().contains(at));
    boolean isOutput =
        select.targets().stream()
            .map(t -> t.alias().map(Name::text).orElseGet(() -> Outputs.name(t.value())))
            .anyMatch(name::equals);
    return sorts && isOutput ? rowsName + "." + name : name;
  }

  /** A replaced expression would change the name of its column. */
  private void nameTargets(SpliceText text) {
    for (QueryPart.Target target : select.targets()) {
      boolean star = target.value() instanceof Expr.ColumnRef reference && reference.star();
      String name = Outputs.name(target.value());
      boolean named = target.alias().isPresent() || Clocks.isClock(analysis, target.value());
      if (!named && !star && !name.equals(Outputs.UNNAMED)) {
        text.insert(target.span().end(), " AS " + SqlNames.quote(name));
      }
    }
  }

  /** The parts of the block that are computed in the end. */
  List<Node> rest() {
    List<Node> rest = new ArrayList<>();
    rest.addAll(select.distinctOn());
    rest.addAll(select.targets());
    rest.addAll(select.groupBy());
    select.having().ifPresent(rest::add);
    rest.addAll(select.windows());
    rest.addAll(block.orderBy());
    return rest;
  }

  /** Column references of the rest, without those that name output columns. */
  List<Expr.ColumnRef> restReferences() {
    return rest().stream()
        .flatMap(node -> RelationNames.collect(node, Expr.ColumnRef.class).stream())
        .filter(r -> !(block.references().get(r) instanceof Resolved.OfOutput))
        .toList();
  }

  /** The text of a column on the nodes. */
  public static SqlText column(Variable variable) {
    String qualifier =
        variable.source().name().isEmpty() ? "" : SqlNames.quote(variable.source().name()) + ".";
    return SqlText.fixed(qualifier + SqlNames.quote(variable.column()));
  }

  /** The rows must not depend on anything around the block. */
  void checkStandsAlone() {
    if (isTop()) {
      return;
    }
    Span rows = rowsSpan();
    Set<Source> inside = new LinkedHashSet<>();
    for (Block other : analysis.mentions().blocks()) {
      if (other == block || isWithin(rows, other)) {
        inside.addAll(other.scope().sources());
      }
    }
    for (Block other : analysis.mentions().blocks()) {
      other.references().entrySet().stream()
          .filter(e -> rows.contains(e.getKey().span()))
          .filter(e -> !isOf(e.getValue(), inside))
          .findFirst()
          .ifPresent(
              e -> {
                throw Unsupported.error("correlated subqueries over several nodes");
              });
    }
    boolean readsCommonTable =
        block.scope().sources().stream()
            .anyMatch(s -> s instanceof Derived derived && derived.common());
    if (readsCommonTable) {
      throw Unsupported.error("subqueries over WITH queries over several nodes");
    }
  }

  private static boolean isWithin(Span rows, Block other) {
    return other.select().map(s -> rows.contains(s.span())).orElse(false);
  }

  private static boolean isOf(Resolved resolved, Set<Source> inside) {
    return switch (resolved) {
      case Resolved.OfColumn(var variable) -> inside.contains(variable.source());
      case Resolved.OfRow(var source) -> inside.contains(source);
      case Resolved.OfSystem(var table, _) -> inside.contains(table);
      case Resolved.OfStar _, Resolved.OfOutput _ -> true;
      case Resolved.Unknown _ -> false;
    };
  }
}
