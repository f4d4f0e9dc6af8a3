package dev.drover.planner.route;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings the tables that a change only reads to where it runs. */
final class ChangeReads {
  private final Analysis analysis;

  ChangeReads(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Adds a name for every table that has none in {@code names} yet. */
  List<Exchange> plan(Map<TableUse, String> names) {
    Map<Relation, Exchange> exchanges = new LinkedHashMap<>();
    for (TableUse table : analysis.tables()) {
      if (!names.containsKey(table)) {
        Exchange exchange =
            exchanges.computeIfAbsent(
                table.relation(), r -> exchange(r, "drover_x" + (exchanges.size() + 1)));
        names.put(table, ChangeTables.TEMPORARY + exchange.relation());
      }
    }
    return List.copyOf(exchanges.values());
  }

  private static Exchange exchange(Relation relation, String name) {
    List<Exchange.Column> columns = new ArrayList<>();
    for (Column column : relation.columns()) {
      String collation = column.collation().map(c -> " COLLATE " + c).orElse("");
      columns.add(new Exchange.Column(column.name(), column.typeName() + collation));
    }
    SqlText text =
        SqlText.fixed(
            "SELECT "
                + InsertShape.names(relation.columns())
                + " FROM "
                + SqlNames.quoted(relation));
    Distribution distribution = relation.distribution();
    Fragment.Site site =
        distribution instanceof Distribution.Replicated
            ? new Fragment.Site.AnyOf(distribution.nodes())
            : new Fragment.Site.Nodes(distribution.nodes(), List.of());
    Fragment producer = new Fragment(text, site, List.of(), true);
    return new Exchange(name, columns, List.of(), List.of(), producer, new Exchange.Route.Gather());
  }
}
