package dev.drover.planner.moves;

import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.gather.FinishText;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.pull.PulledRows;
import dev.drover.planner.pull.RelationKeys;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table whose rows may be sent elsewhere.
 *
 * @param columns those that the statement uses, as it calls them
 * @param conditions checked where the rows are
 * @param either conditions that follow from others of the statement, checked there too
 * @param rows how many pass them, about
 * @param width bytes of one, about
 */
record Producer(
    Analysis analysis,
    TableUse table,
    List<String> columns,
    List<Expr> conditions,
    List<PullFilters.Either> either,
    double rows,
    double width) {
  /**
   * A condition that rows also pass: a column's value is one of those that a query yields.
   *
   * @param input the relation that the query reads; empty when it reads a table of the same node
   */
  record Reduction(Variable column, SqlText query, Optional<String> input) {
    static Reduction of(Variable column, String relation, String relationColumn) {
      String query = "SELECT " + SqlNames.quote(relationColumn) + " FROM " + relation;
      return new Reduction(column, SqlText.fixed(query), Optional.of(relation));
    }

    private SqlText text() {
      return new TextBuilder()
          .add(FinishText.column(column))
          .add(" IN (")
          .add(query)
          .add(")")
          .build();
    }
  }

  double bytes() {
    return rows * width;
  }

  /** Its rows, for a relation in the place of the table. */
  Exchange exchange(String relation, Exchange.Route route, List<Reduction> reductions) {
    List<SqlText> selected = new ArrayList<>();
    List<Exchange.Column> named = new ArrayList<>();
    for (String column : columns) {
      selected.add(FinishText.column(new Variable(table, column)));
      named.add(named(column));
    }
    if (columns.isEmpty()) {
      selected.add(SqlText.fixed("true"));
      named.add(PulledRows.NO_COLUMN);
    }
    Fragment fragment = fragment("SELECT ", selected, reductions);
    RelationKeys keys = new RelationKeys(analysis);
    return new Exchange(
        relation,
        named,
        keys.constraints(table, columns),
        keys.indexed(table, columns),
        keys.compared(table),
        fragment,
        route);
  }

  /** The different values of one column, for {@link Reduction}s of other tables' rows. */
  Exchange keys(String relation, String column) {
    List<SqlText> selected = List.of(FinishText.column(new Variable(table, column)));
    Fragment fragment = fragment("SELECT DISTINCT ", selected, List.of());
    return new Exchange(
        relation,
        List.of(named(column)),
        List.of(),
        List.of(),
        List.of(column),
        fragment,
        new Exchange.Route.Broadcast());
  }

  private Exchange.Column named(String column) {
    return new Exchange.Column(column, ColumnTypes.of(table.column(column)));
  }

  private Fragment fragment(String select, List<SqlText> selected, List<Reduction> reductions) {
    List<String> inputs = reductions.stream().flatMap(r -> r.input().stream()).distinct().toList();
    Fragment.Site site = PulledRows.site(analysis, table, false);
    return new Fragment(text(select, selected, reductions), site, inputs, true);
  }

  /** The values of one column, where the table's rows are. */
  SqlText query(String column) {
    List<SqlText> selected = List.of(FinishText.column(new Variable(table, column)));
    return text("SELECT ", selected, List.of());
  }

  private SqlText text(String select, List<SqlText> selected, List<Reduction> reductions) {
    SpliceText source = new NodeText(analysis).plain(true);
    TextBuilder text = new TextBuilder().add(select);
    for (int i = 0; i < selected.size(); i++) {
      text.add(i == 0 ? "" : ", ").add(selected.get(i));
    }
    text.add(" FROM ").add(source.render(table.ref().span()));
    List<SqlText> all = new ArrayList<>();
    conditions.forEach(c -> all.add(source.render(c.span())));
    either.forEach(e -> all.add(text(e, source)));
    reductions.forEach(r -> all.add(r.text()));
    return text.where(all).build();
  }

  private static SqlText text(PullFilters.Either either, SpliceText source) {
    TextBuilder text = new TextBuilder();
    for (int arm = 0; arm < either.arms().size(); arm++) {
      List<Expr> all = either.arms().get(arm);
      for (int i = 0; i < all.size(); i++) {
        text.add(i > 0 ? " AND (" : arm > 0 ? " OR (" : "(");
        text.add(source.render(all.get(i).span())).add(")");
      }
    }
    return text.build();
  }
}
