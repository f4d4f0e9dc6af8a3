package dev.drover.planner.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpliceTextTest {
  private static final byte[] TEXT = "  SELECT 'ä', x FROM t WHERE y = 1 AND z".getBytes(UTF_8);

  private final ShapeScanner literals = new ShapeScanner();

  @Test
  void piecesKnowWhereTheyWereCutFrom() {
    literals.scan(TEXT, 0, TEXT.length);
    SpliceText text = new SpliceText(TEXT, literals);
    int from = new String(TEXT, UTF_8).indexOf(" FROM") + 1; // a character of two bytes before it
    text.insert(from, ", own");
    text.replace(new Span(from + 6, from + 7), "leaf");

    assertThat(text.render(new Span(2, TEXT.length)).pieces().stream().map(this::shown))
        .isEqualTo(
            List.of(
                "0+2 SELECT ",
                ":0",
                "1+0 , x",
                "own , own",
                "1+3  FROM ",
                "own leaf",
                "1+10  WHERE y = ",
                ":1",
                "2+0  AND z"));
  }

  private String shown(Piece piece) {
    return switch (piece) {
      case Piece.Fixed fixed when fixed.isCut() ->
          fixed.literals() + "+" + fixed.offset() + " " + fixed;
      case Piece.Fixed fixed -> "own " + fixed;
      case Piece.Lifted(int ordinal) -> ":" + ordinal;
      case Piece.Leaf _, Piece.Now _, Piece.AtMoment _ -> piece.toString();
    };
  }
}
