package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LiteralsTest {
  private static String string(String literal) {
    byte[] text = Corpus.utf8("  " + literal);
    return Literals.string(text, new Span(2, text.length));
  }

  private static Span all(byte[] text) {
    return new Span(0, text.length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'abc' | abc",
        "'it''s' | it's",
        "'a\\n' | a\\n",
        "E'a\\\\b\\'c\\x41\\101\\u0042\\U00000043' | a\\b'cAABC",
        "E'\\xe9' | \ufffd",
        "E'\\ud83d\\ude00' | 😀",
        "E'\\q' | q",
        "$$a'b$$ | a'b",
        "$x$a$$b$x$ | a$$b",
        "N'abc' | abc",
        "U&'d\\0061t\\+000061' | data",
        "U&'d!0061!!' UESCAPE '!' | da!"
      })
  void textOfStrings(String literal, String expected) {
    assertThat(string(literal)).isEqualTo(expected);
  }

  @Test
  void piecesAreJoined() {
    assertThat(string("'a'\n  'b' -- c\n'd'")).isEqualTo("abd");
    assertThat(string("E'a\\n'\n'\\tb'")).isEqualTo("a\n\tb");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "12345,12345", "1_000,1000", "0x1F,31", "0b101,5", "0o17,15", "0_1,1"})
  void valueOfIntegers(String literal, long expected) {
    byte[] text = Corpus.utf8(literal);
    assertThat(Literals.integer(text, all(text))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.50", ".5", "5.", "1e10", "1.5e-3", "99999999999999999999"})
  void valueOfNumerics(String literal) {
    byte[] text = Corpus.utf8(literal);
    assertThat(Literals.numeric(text, all(text))).isEqualTo(new BigDecimal(literal));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Foo | foo",
        "\"Foo\" | Foo",
        "\"a\"\"b\" | a\"b",
        "ÄB | Äb",
        "U&\"d\\0061t\" | dat",
        "U&\"d!0061\" UESCAPE '!' | da",
        "NODE | node"
      })
  void textOfNames(String written, String expected) {
    FromItem.TableRef table =
        RelationNames.relations(Corpus.statement("TABLE " + written)).getFirst();
    assertThat(table.name().local()).isEqualTo(expected);
  }

  @Test
  void namesAreCutTo63BytesAtACharacter() {
    String written = "x".repeat(62) + "é" + "yyy";
    FromItem.TableRef table =
        RelationNames.relations(Corpus.statement("TABLE " + written)).getFirst();
    assertThat(table.name().local()).isEqualTo("x".repeat(62));
    FromItem.TableRef quoted =
        RelationNames.relations(Corpus.statement("TABLE \"" + "Y".repeat(70) + "\"")).getFirst();
    assertThat(quoted.name().local()).isEqualTo("Y".repeat(63));
  }
}
