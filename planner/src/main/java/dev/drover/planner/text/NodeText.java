package dev.drover.planner.text;

import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Moves;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Alias;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Span;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the statement's text fit for a datanode: leaf names, no ONLY, one {@code now()}. */
public final class NodeText {
  private final Analysis analysis;

  public NodeText(Analysis analysis) {
    this.analysis = analysis;
  }

  /** With the tables' own names. */
  public SpliceText plain(boolean oneNow) {
    return withLeaves(Map.of(), List.of(), oneNow);
  }

  /** With the name of the pinned leaf in the place of each table's that allows it. */
  public SpliceText withLeaves(Map<TableUse, Pin> leaves, List<Pin> pins, boolean oneNow) {
    SpliceText text = new SpliceText(analysis.context().text(), analysis.reads().literals());
    Set<TableUse> renamed = new HashSet<>();
    for (TableUse table : analysis.tables()) {
      if (!table.inText()) {
        continue;
      }
      Optional<Moves.Move> move = analysis.moves().of(table);
      if (move.isPresent()) {
        String alias = SqlNames.quote(table.name());
        text.replace(table.ref().span(), move.get().relation() + " AS " + alias);
        move.get().met().forEach(condition -> text.replace(condition, "true"));
        renamed.add(table);
        continue;
      }
      Pin pin = leaves.get(table);
      if (pin != null && mayNameLeaf(table)) {
        nameLeaf(text, table, pins.indexOf(pin));
        renamed.add(table);
      } else if (table.ref().only()) {
        text.replace(table.ref().relation(), table.ref().name().span().of(source()));
      }
    }
    unqualify(text, renamed);
    if (oneNow) {
      new Clocks(analysis).replaceIn(text);
    }
    return text;
  }

  private byte[] source() {
    return analysis.context().text();
  }

  public static boolean mayNameLeaf(TableUse table) {
    return table.relation().leafAccess() && !table.namesRowType();
  }

  private static void nameLeaf(SpliceText text, TableUse table, int pin) {
    TextBuilder name = new TextBuilder().add(new SqlText.Piece.Leaf(pin));
    Optional<Alias> alias = table.ref().alias();
    if (alias.flatMap(Alias::name).isEmpty()) {
      name.add(" AS ").add(SqlNames.quote(table.name()));
    }
    text.replace(table.ref().relation(), name.build());
  }

  /** {@code public.t.c} no longer finds a table that has an alias now. */
  private void unqualify(SpliceText text, Set<TableUse> renamed) {
    for (Expr.ColumnRef reference : analysis.mentions().schemaQualified()) {
      int qualifiers = reference.parts().size() - (reference.star() ? 0 : 1);
      Name table = reference.parts().get(qualifiers - 1);
      Name schema = reference.parts().get(qualifiers - 2);
      boolean isRenamed =
          renamed.stream()
              .anyMatch(
                  t ->
                      t.relation().name().equals(table.text())
                          && t.relation().schema().equals(schema.text()));
      if (isRenamed) {
        Span qualifier = new Span(reference.parts().getFirst().span().start(), table.span().end());
        text.replace(qualifier, SqlNames.quote(table.text()));
      }
    }
  }
}
