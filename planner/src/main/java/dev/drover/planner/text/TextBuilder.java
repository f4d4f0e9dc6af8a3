package dev.drover.planner.text;

import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;

/** Puts a text with holes together; neighbouring runs of text of our own become one. */
public final class TextBuilder {
  private final List<SqlText.Piece> pieces = new ArrayList<>();
  private final StringBuilder run = new StringBuilder();

  public TextBuilder add(String text) {
    run.append(text);
    return this;
  }

  public TextBuilder add(List<SqlText.Piece> more) {
    more.forEach(this::add);
    return this;
  }

  public TextBuilder add(SqlText text) {
    return add(text.pieces());
  }

  public TextBuilder add(SqlText.Piece piece) {
    switch (piece) {
      case SqlText.Piece.Fixed fixed when !fixed.isCut() -> run.append(fixed);
      case SqlText.Piece.Fixed fixed when fixed.utf8().length == 0 -> {
        // Nothing of the statement's text.
      }
      case SqlText.Piece.Fixed _,
          SqlText.Piece.Lifted _,
          SqlText.Piece.Leaf _,
          SqlText.Piece.Now _,
          SqlText.Piece.AtMoment _ -> {
        flush();
        pieces.add(piece);
      }
    }
    return this;
  }

  /** {@code WHERE (...) AND (...)}, or nothing. */
  public TextBuilder where(List<SqlText> conditions) {
    for (int i = 0; i < conditions.size(); i++) {
      add(i == 0 ? " WHERE (" : " AND (").add(conditions.get(i)).add(")");
    }
    return this;
  }

  private void flush() {
    if (!run.isEmpty()) {
      pieces.add(SqlText.Piece.Fixed.of(run.toString()));
      run.setLength(0);
    }
  }

  public SqlText build() {
    flush();
    return new SqlText(pieces);
  }
}
