package dev.drover.planner.route;

import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;

/** Puts a text with holes together; neighbouring runs of text of our own become one. */
final class TextBuilder {
  private final List<SqlText.Piece> pieces = new ArrayList<>();
  private final StringBuilder run = new StringBuilder();

  TextBuilder add(String text) {
    run.append(text);
    return this;
  }

  TextBuilder add(List<SqlText.Piece> more) {
    more.forEach(this::add);
    return this;
  }

  TextBuilder add(SqlText text) {
    return add(text.pieces());
  }

  TextBuilder add(SqlText.Piece piece) {
    switch (piece) {
      case SqlText.Piece.Fixed fixed when !fixed.isCut() -> run.append(fixed);
      case SqlText.Piece.Fixed fixed when fixed.utf8().length == 0 -> {
        // Nothing of the statement's text.
      }
      case SqlText.Piece.Fixed _,
          SqlText.Piece.Lifted _,
          SqlText.Piece.Leaf _,
          SqlText.Piece.Now _ -> {
        flush();
        pieces.add(piece);
      }
    }
    return this;
  }

  private void flush() {
    if (!run.isEmpty()) {
      pieces.add(SqlText.Piece.Fixed.of(run.toString()));
      run.setLength(0);
    }
  }

  SqlText build() {
    flush();
    return new SqlText(pieces);
  }
}
