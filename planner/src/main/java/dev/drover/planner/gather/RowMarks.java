package dev.drover.planner.gather;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import java.util.Optional;

/**
 * What a cursor keeps of each row beside its columns, to find it again: the node, the leaf and the
 * row's place there.
 */
final class RowMarks {
  private RowMarks() {}

  /** The one table whose rows the block hands on one by one, for a cursor. */
  static Optional<TableUse> table(Analysis analysis, Block block) {
    boolean isMarked =
        analysis.context().session().ofCursor()
            && block.select().map(s -> !s.targets().isEmpty()).orElse(false)
            && analysis.shape(block).isPlain();
    return isMarked
            && block.from().size() == 1
            && block.from().getFirst() instanceof FromInfo.Leaf(TableUse table)
            && table.inText()
        ? Optional.of(table)
        : Optional.empty();
  }

  /** More targets of the block. */
  static String columns(TableUse table) {
    String alias = SqlNames.quote(table.name());
    return ", (SELECT drover_n.id FROM drover.this_node AS drover_n) AS \"drover$node\", "
        + alias
        + ".tableoid::pg_catalog.regclass::pg_catalog.text AS \"drover$leaf\", "
        + alias
        + ".ctid AS \"drover$place\"";
  }
}
