package dev.drover.coordinator.exec;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.StatementText;
import dev.drover.pgwire.Characters;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import java.util.function.Function;

/**
 * Where a place in a text that a server was sent lies in the statement that the text was made from.
 *
 * <p>Units: positions are in characters from 1, as PostgreSQL's are; 0 is nowhere.
 */
final class TextPlaces {
  private final StatementText statement;
  private final Function<Piece, byte[]> rendered;

  TextPlaces(StatementText statement, Function<Piece, byte[]> rendered) {
    this.statement = requireNonNull(statement);
    this.rendered = requireNonNull(rendered);
  }

  /**
   * A literal's place is the literal's; that of a leaf's name is where the table's stands if it
   * replaced it; any other text of Drover's own has none.
   */
  int of(SqlText sql, int position) {
    int left = position - 1;
    int end = Piece.Fixed.NOWHERE;
    for (Piece piece : sql.pieces()) {
      byte[] utf8 = rendered.apply(piece);
      int start = start(piece);
      int characters = Characters.count(utf8, utf8.length);
      if (left < characters) {
        return start == Piece.Fixed.NOWHERE
            ? replaced(piece, end)
            : position(start + Characters.offset(utf8, left));
      }
      left -= characters;
      end = start == Piece.Fixed.NOWHERE ? start : start + utf8.length;
    }
    return left == 0 ? position(end) : 0;
  }

  private int replaced(Piece piece, int start) {
    return piece instanceof Piece.Leaf ? position(start) : 0;
  }

  /** The byte of the statement's text that the piece starts at. */
  private int start(Piece piece) {
    return switch (piece) {
      case Piece.Fixed fixed when fixed.isCut() ->
          fixed.offset() + (fixed.literals() == 0 ? 0 : statement.literalEnd(fixed.literals() - 1));
      case Piece.Lifted(int ordinal) -> statement.literalStart(ordinal);
      case Piece.Fixed _, Piece.Leaf _, Piece.Now _, Piece.AtMoment _ -> Piece.Fixed.NOWHERE;
    };
  }

  private int position(int offset) {
    return offset == Piece.Fixed.NOWHERE ? 0 : Characters.count(statement.utf8(), offset) + 1;
  }
}
