package dev.drover.planner.route;

import dev.drover.planner.plan.SqlText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Puts a text with holes together; neighbouring runs of fixed text become one. */
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
      case SqlText.Piece.Fixed(var utf8) -> run.append(new String(utf8, StandardCharsets.UTF_8));
      case SqlText.Piece.Lifted _, SqlText.Piece.Leaf _, SqlText.Piece.Now _ -> {
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
