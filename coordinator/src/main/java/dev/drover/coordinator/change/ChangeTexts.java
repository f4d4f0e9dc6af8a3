package dev.drover.coordinator.change;

import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.ChangedTable.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The queries that tell on the catalog node what a statement has done to the temporary relations.
 *
 * <p>A row that was there before has another command id than those that were loaded.
 */
final class ChangeTexts {
  private static final String TEMPORARY = "pg_temp.";
  private static final String ROW = "r.";

  private ChangeTexts() {}

  /** Keeps where the candidates are; it comes after they were loaded, before the statement. */
  static String keepBefore(ChangedTable table) {
    return "CREATE TEMPORARY TABLE "
        + TEMPORARY
        + table.before()
        + " ON COMMIT DROP AS SELECT "
        + place("", table)
        + " FROM "
        + TEMPORARY
        + table.rows();
  }

  /** Places and identities of the candidates that are no more. */
  static String gone(ChangedTable table) {
    String same =
        identityColumns(table).stream()
            .map(c -> "r." + c + " = b." + c)
            .collect(Collectors.joining(" AND "));
    return "SELECT "
        + place("b.", table)
        + " FROM "
        + TEMPORARY
        + table.before()
        + " AS b WHERE NOT EXISTS (SELECT FROM "
        + TEMPORARY
        + table.rows()
        + " AS r WHERE "
        + same
        + ") ORDER BY 1";
  }

  /** Places, identities and new values of the candidates that were changed. */
  static String changed(ChangedTable table) {
    return "SELECT "
        + place(ROW, table)
        + valueNames(table).stream().map(n -> ", r." + n).collect(Collectors.joining())
        + " FROM "
        + TEMPORARY
        + table.rows()
        + " AS r WHERE r."
        + ChangedTable.PLACE
        + " IS NOT NULL AND r.cmin::text::bigint > (SELECT max(b.cmin::text::bigint) FROM "
        + TEMPORARY
        + table.before()
        + " AS b) ORDER BY 1";
  }

  /** Rows of the target's columns that were added. */
  static String added(ChangedTable table) {
    boolean mixed = table.rows().equals(table.relation()) && !table.identity().isEmpty();
    return "SELECT "
        + String.join(", ", table.target().columns())
        + " FROM ONLY "
        + TEMPORARY
        + table.relation()
        + (mixed ? " WHERE " + ChangedTable.PLACE + " IS NULL" : "");
  }

  /** The columns whose new values are sent to a node: all, when the row may move. */
  static List<String> valueNames(ChangedTable table) {
    return table.kinds().moves() ? table.target().columns() : table.assigned();
  }

  /** For casts. */
  static List<String> valueTypes(ChangedTable table) {
    List<String> types = new ArrayList<>();
    for (String name : valueNames(table)) {
      types.add(table.types().get(table.target().columns().indexOf(name)));
    }
    return types;
  }

  private static List<String> identityColumns(ChangedTable table) {
    List<String> columns = new ArrayList<>(List.of(ChangedTable.PLACE));
    table.identity().stream().map(Identity::column).forEach(columns::add);
    return columns;
  }

  private static String place(String alias, ChangedTable table) {
    return identityColumns(table).stream().map(c -> alias + c).collect(Collectors.joining(", "));
  }
}
