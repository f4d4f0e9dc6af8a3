package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * A change of one row, open as to how the row is found.
 *
 * @param relation the table, qualified and quoted
 * @param alias what it is called in the text, quoted
 * @param before the text up to the condition in WHERE
 * @param after the text behind it
 */
public record RowText(String relation, String alias, SqlText before, SqlText after) {
  public RowText {
    requireNonNull(relation);
    requireNonNull(alias);
    requireNonNull(before);
    requireNonNull(after);
  }

  /** The statement with this condition. */
  public SqlText where(String condition) {
    List<SqlText.Piece> pieces = new ArrayList<>(before.pieces());
    pieces.add(SqlText.Piece.Fixed.of(condition));
    pieces.addAll(after.pieces());
    return new SqlText(pieces);
  }

  public SqlText atCursor(String cursor) {
    return where("CURRENT OF \"" + cursor.replace("\"", "\"\"") + "\"");
  }
}
