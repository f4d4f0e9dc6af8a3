package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShapeScannerTest {
  private final ShapeScanner scanner = new ShapeScanner();

  /** The shape with its markers as {@code <code>}. */
  private String shape(String text) {
    byte[] bytes = Corpus.utf8(text);
    scanner.scan(bytes, 0, bytes.length);
    String shape = new String(scanner.shape(), 0, scanner.shapeLength(), StandardCharsets.UTF_8);
    for (LiteralKind kind : LiteralKind.values()) {
      shape = shape.replace(String.valueOf((char) kind.code()), "<" + kind + ">");
    }
    return shape;
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "~~>",
      quoteCharacter = '`',
      value = {
        "a = 12345 ~~> a = <INT4>",
        "a = -5 ~~> a = -<INT4>",
        "a - 5 ~~> a - <INT4>",
        "2147483647, 2147483648 ~~> <INT4>, <INT8>",
        "9223372036854775807 ~~> <INT8>",
        "9223372036854775808 ~~> <NUMERIC>",
        "1.5, .5, 5., 1e10 ~~> <NUMERIC>, <NUMERIC>, <NUMERIC>, <NUMERIC>",
        "0x1F, 0b1, 0o7, 1_000 ~~> <INT4>, <INT4>, <INT4>, <INT4>",
        "1..2 ~~> <INT4>..<INT4>",
        "'it''s' || 'x' ~~> <STRING> || <STRING>",
        "E'a\\'b', e'c' ~~> <STRING>, <STRING>",
        "U&'x', N'y', B'1', X'F' ~~> U&'x', N'y', B'1', X'F'",
        "U&'x!0041' UESCAPE '!', 1 ~~> U&'x!0041' UESCAPE '!', <INT4>",
        "U&\"x\" uescape '!' ~~> U&\"x\" uescape '!'",
        "\"a'1'\" = 1 ~~> \"a'1'\" = <INT4>",
        "$1 + $2::int4 ~~> $1 + $2::int4",
        "$$a 1$$, $t$b$$c$t$ ~~> <STRING>, <STRING>",
        "/* 1 /* 2 */ 3 */ 4 ~~> /* 1 /* 2 */ 3 */ <INT4>",
        "4 -- 5 'x ~~> <INT4> -- 5 'x",
        "a1 + b_2 + c$3 ~~> a1 + b_2 + c$3",
        "a.1 ~~> a<NUMERIC>",
        "x'1' ~~> x'1'",
        "ax'1' ~~> ax<STRING>",
        "'é' || é1 ~~> <STRING> || é1"
      })
  void liftsLiteralsAndNothingElse(String text, String expected) {
    assertThat(shape(text)).isEqualTo(expected);
    assertThat(scanner.isRegular()).isTrue();
  }

  @Test
  void piecesOverANewlineAreOneLiteral() {
    assertThat(shape("'a'\n 'b' -- c\n 'd'")).isEqualTo("<STRING>");
    assertThat(shape("'a' 'b'")).isEqualTo("<STRING> <STRING>");
  }

  @Test
  void textsThatDifferInLiteralsOnlyHaveOneShape() {
    String seven = shape("SELECT a FROM t WHERE b = 7 AND c = 'x'");
    long hash = scanner.shapeHash();
    assertThat(shape("SELECT a FROM t WHERE b = 8888 AND c = 'y''z'")).isEqualTo(seven);
    assertThat(scanner.shapeHash()).isEqualTo(hash);
    shape("SELECT a FROM t WHERE b = 88888888888 AND c = 'x'");
    assertThat(scanner.shapeHash()).isNotEqualTo(hash);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'a", "\"a", "/* a", "$$a", "E'a\\'", "1a", "1e", "$1a", "\u0001", "a \\ b", "{"})
  void brokenTextHasNoCacheableShape(String text) {
    shape(text);
    assertThat(scanner.isRegular()).isFalse();
  }

  /** Arrays that are shared must hold what they are asked for, whatever came between. */
  @Test
  void keptShapesStayWhatTheyAre() {
    List<byte[]> kept = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      shape("SELECT a" + i % 7 + " FROM t WHERE b = " + i + " AND c" + i % 11 + " = 1");
      kept.add(scanner.keptShape());
      assertThat(kept.getLast()).isEqualTo(Arrays.copyOf(scanner.shape(), scanner.shapeLength()));
    }
    assertThat(scanner.keptShape()).isSameAs(scanner.keptShape());
    for (int i = 0; i < 100; i++) {
      shape("SELECT a" + i % 7 + " FROM t WHERE b = 1 AND c" + i % 11 + " = 1");
      assertThat(kept.get(i)).isEqualTo(Arrays.copyOf(scanner.shape(), scanner.shapeLength()));
    }
  }

  /** A raw control character cannot be taken for the marker of a literal. */
  @Test
  void markersInTheTextAreNotRegular() {
    for (LiteralKind kind : LiteralKind.values()) {
      shape("SELECT " + (char) kind.code());
      assertThat(scanner.isRegular()).isFalse();
    }
    shape("SELECT /* \u0001 */ \"\u0002\"");
    assertThat(scanner.isRegular()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "SELECT 1,false",
        "SELECT 1;,false",
        "SELECT 1; -- x,false",
        "SELECT 1;; ;/* x */,false",
        "SELECT 1;SELECT 2,true",
        "SELECT ';',false",
        "SELECT 1; ),true"
      })
  void severalStatementsAreSeen(String text, boolean expected) {
    shape(text);
    assertThat(scanner.hasSeveralStatements()).isEqualTo(expected);
  }

  @Test
  void spansCountFromTheOffset() {
    byte[] bytes = Corpus.utf8("xx SELECT 12, 'a' yy");
    scanner.scan(bytes, 3, bytes.length - 6);
    assertThat(scanner.literalCount()).isEqualTo(2);
    assertThat(scanner.literalStart(0)).isEqualTo(7);
    assertThat(scanner.literalEnd(0)).isEqualTo(9);
    assertThat(scanner.literalStart(1)).isEqualTo(11);
    assertThat(scanner.literalEnd(1)).isEqualTo(14);
  }

  @Test
  void placesOfOneTextAreFoundInAnotherOfTheShape() {
    String first = "SELECT 1 FROM t WHERE a = 'x' AND b = 22";
    String second = "SELECT 12345 FROM t WHERE a = '' AND b = 3";
    List<Integer> inShape = new ArrayList<>();
    shape(first);
    inShape.add(scanner.toShape(first.indexOf("FROM")));
    inShape.add(scanner.toShape(first.indexOf("AND")));
    inShape.add(scanner.toShape(first.indexOf("'x'")));
    inShape.add(scanner.toShape(first.length()));
    shape(second);
    assertThat(inShape.stream().map(scanner::toText))
        .containsExactly(
            second.indexOf("FROM"), second.indexOf("AND"), second.indexOf("''"), second.length());
  }

  @Test
  void everyPlaceOutsideLiteralsSurvivesTheRoundTrip() {
    for (String text : Corpus.accepted()) {
      byte[] bytes = Corpus.utf8(text);
      scanner.scan(bytes, 0, bytes.length);
      for (int at = 0; at <= bytes.length; at++) {
        if (!isInsideLiteral(at)) {
          assertThat(scanner.toText(scanner.toShape(at))).as(text).isEqualTo(at);
        }
      }
    }
  }

  private boolean isInsideLiteral(int at) {
    for (int i = 0; i < scanner.literalCount(); i++) {
      if (at > scanner.literalStart(i) && at < scanner.literalEnd(i)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void longTextsAreNotCached() {
    shape("SELECT '" + "x".repeat(2 << 20) + "'");
    assertThat(scanner.isRegular()).isFalse();
  }
}
