package dev.drover.planner.target;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.Assignment;
import dev.drover.planner.sql.Expr;
import java.util.List;
import java.util.Optional;

/** Assignments that would move a row to another node are refused. */
public final class KeyAssignments {
  private KeyAssignments() {}

  public static void check(
      Relation relation, List<Assignment> assignments, Optional<String> tableName) {
    List<Integer> key = TableUse.keyColumns(relation.distribution());
    for (Assignment assignment : assignments) {
      assignment.targets().stream()
          .map(t -> t.column().text())
          .filter(name -> relation.column(name).map(c -> key.contains(c.number())).orElse(false))
          .filter(name -> !isItself(name, assignment, tableName))
          .findFirst()
          .ifPresent(
              name -> {
                throw SqlError.notSupported(
                        "changing distribution column \""
                            + name
                            + "\" of table \""
                            + relation.name()
                            + "\" is not supported yet")
                    .withHint("Delete the row and insert it with the new value.");
              });
    }
  }

  /** {@code SET k = k}. */
  private static boolean isItself(
      String column, Assignment assignment, Optional<String> tableName) {
    return !assignment.row()
        && !assignment.targets().getFirst().indirection()
        && assignment.value() instanceof Expr.ColumnRef(_, var parts, var star)
        && !star
        && parts.getLast().text().equals(column)
        && (parts.size() == 1
            || tableName.map(t -> t.equals(parts.getFirst().text())).orElse(false));
  }
}
