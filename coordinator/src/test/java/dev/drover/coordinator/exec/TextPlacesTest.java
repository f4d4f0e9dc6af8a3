package dev.drover.coordinator.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.catalog.StatementText;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.ShapeScanner;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextPlacesTest {
  private static final String LEAF = "\"drover$17\".\"größe$0\" AS \"t\"";

  /** Planned for {@code SELECT 'ä', x FROM t WHERE y = 1 AND z}. */
  private static final SqlText SPLICED =
      new SqlText(
          List.of(
              Piece.Fixed.of("/* ü */ "),
              Piece.Fixed.cut("SELECT ", 0, 0),
              new Piece.Lifted(0),
              Piece.Fixed.cut(", x", 1, 0),
              Piece.Fixed.of(", höher"),
              Piece.Fixed.cut(" FROM ", 1, 3),
              new Piece.Leaf(0),
              Piece.Fixed.cut(" WHERE y = ", 1, 10),
              new Piece.Lifted(1),
              Piece.Fixed.cut(" AND z", 2, 0)));

  private static final String STATEMENT = "SELECT 'größer€😀', x FROM t WHERE y = 100 AND z";

  private final StatementText statement =
      StatementText.of(STATEMENT.getBytes(UTF_8), new ShapeScanner());
  private final String sent = new String(join(SPLICED), UTF_8);

  @Test
  void theTextIsWhatTheServerGets() {
    assertThat(sent)
        .isEqualTo("/* ü */ SELECT 'größer€😀', x, höher FROM " + LEAF + " WHERE y = 100 AND z");
  }

  @Test
  void whatWasCutFromTheStatementIsFoundThere() {
    for (String piece : List.of("SELECT", ", x", "x", "FROM", "WHERE", "y =", "AND", "z")) {
      assertThat(at(piece)).as(piece).isEqualTo(inStatement(piece));
    }
  }

  @Test
  void literalsAreFoundWhereTheStatementHasThem() {
    assertThat(at("'größer")).isEqualTo(inStatement("'größer"));
    assertThat(at("😀'")).isEqualTo(inStatement("😀'"));
    assertThat(at("100")).isEqualTo(inStatement("100"));
  }

  @Test
  void aLeafIsFoundWhereItsTableStands() {
    assertThat(at("\"drover$17\"")).isEqualTo(inStatement("t WHERE"));
    assertThat(at("$0")).isEqualTo(inStatement("t WHERE"));
  }

  @Test
  void textOfOurOwnIsNowhere() {
    assertThat(at("/*")).isZero();
    assertThat(at("höher")).isZero();
  }

  @Test
  void theEndIsTheEnd() {
    int end = sent.codePointCount(0, sent.length()) + 1;
    assertThat(places().of(SPLICED, end))
        .isEqualTo(STATEMENT.codePointCount(0, STATEMENT.length()) + 1);
    assertThat(places().of(SPLICED, end + 1)).isZero();
  }

  private TextPlaces places() {
    return new TextPlaces(statement, this::rendered);
  }

  private int at(String piece) {
    return places().of(SPLICED, position(sent, piece));
  }

  private static int inStatement(String piece) {
    return position(STATEMENT, piece);
  }

  private static int position(String text, String piece) {
    return text.codePointCount(0, text.indexOf(piece)) + 1;
  }

  private byte[] rendered(Piece piece) {
    return switch (piece) {
      case Piece.Fixed fixed -> fixed.utf8();
      case Piece.Lifted(int ordinal) -> statement.literalText(ordinal).getBytes(UTF_8);
      case Piece.Leaf _ -> LEAF.getBytes(UTF_8);
      case Piece.Now _, Piece.AtMoment _ -> new byte[0];
    };
  }

  private byte[] join(SqlText text) {
    StringBuilder joined = new StringBuilder();
    text.pieces().forEach(piece -> joined.append(new String(rendered(piece), UTF_8)));
    return joined.toString().getBytes(UTF_8);
  }
}
