package dev.drover.planner.pull;

import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.gather.SeveralNodes;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.sql.FromItem;
import java.util.List;
import java.util.Optional;

/**
 * A relation whose rows the nodes can be asked for by its name.
 *
 * @param source the reference to it
 * @param site who has the rows
 */
public record PulledRows(
    Source source, FromItem.TableRef ref, Relation relation, Fragment.Site site) {
  /** Stands in for the columns of rows of which none is used; its value is true. */
  public static final Exchange.Column NO_COLUMN = new Exchange.Column("drover_row", "boolean");

  static PulledRows ofTable(Analysis analysis, TableUse table, PullLocks locks) {
    boolean locked = !locks.of(table).isEmpty();
    return new PulledRows(table, table.ref(), table.relation(), site(analysis, table, locked));
  }

  /** Who has a table's rows; whoever locks rows of copies does so where writes come by. */
  public static Fragment.Site site(Analysis analysis, TableUse table, boolean locked) {
    Distribution distribution = table.relation().distribution();
    return switch (distribution) {
      case Distribution.Replicated(_, var nodes, var primary) ->
          new Fragment.Site.AnyOf(locked ? List.of(primary) : nodes);
      case Distribution.Hash _, Distribution.Modulo _ ->
          new Fragment.Site.Nodes(
              distribution.nodes(), new KeyPins(analysis.flow()).several(table));
      case Distribution.RoundRobin(_, var nodes) -> new Fragment.Site.Nodes(nodes, List.of());
      case Distribution.CatalogNode _ -> new Fragment.Site.CatalogNode();
    };
  }

  /**
   * Empty when the nodes cannot compute the view each by itself. Where they can, its owner's rights
   * hold there for what it reads.
   */
  static Optional<PulledRows> ofView(Analysis analysis, SourceText.ViewUse view, PullLocks locks) {
    boolean isVolatile =
        view.definition()
            .all()
            .flatMap(text -> text.calls().stream())
            .anyMatch(analysis.functions()::isVolatile);
    boolean locksCopies =
        !locks.of(view.derived()).isEmpty()
            && view.definition().allTables().stream()
                .anyMatch(t -> t.relation().distribution() instanceof Distribution.Replicated);
    if (isVolatile || locksCopies) {
      return Optional.empty();
    }
    Optional<Fragment.Site> site =
        switch (analysis.placements().query(view.derived().query())) {
          case Placement.Parts parts ->
              Optional.of(
                  new Fragment.Site.Nodes(
                      parts.nodes(),
                      SeveralNodes.pins(analysis, view.definition().allTables(), parts)));
          case Placement.Copies copies when copies.repeatable() ->
              copies.nodes().map(Fragment.Site.AnyOf::new);
          case Placement.Copies _, Placement.Refused _ -> Optional.empty();
        };
    Relation relation = view.derived().view().orElseThrow();
    return site.map(s -> new PulledRows(view.derived(), view.ref(), relation, s));
  }

  /** The type of the column that is called so in the statement. */
  String type(String column) {
    int position = source.columns().orElseThrow().indexOf(column);
    Column own = relation.columns().get(position);
    return ColumnTypes.of(own);
  }
}
