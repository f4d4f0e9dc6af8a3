package dev.drover.planner.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.sql.ClientText.Note;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientTextTest {
  private static final String NAME = "n".repeat(63);

  @Test
  void aTextWithoutSurprisesIsItself() {
    byte[] text = ("SELECT 'a\\', \"b\" FROM " + NAME + " -- " + "x".repeat(80)).getBytes(UTF_8);
    ClientText.Reading reading = ClientText.read(text, true);
    assertThat(reading.utf8()).isSameAs(text);
    assertThat(reading.notes()).isEmpty();
  }

  @Test
  void longNamesAreCutWhereverTheyStand() {
    for (int blanks = 0; blanks < 130; blanks++) {
      String before = "SELECT" + " ".repeat(blanks + 1);
      ClientText.Reading reading = read(before + "N" + NAME + "," + NAME + "é, \"" + NAME + "q\"");
      String expected = before + "N" + NAME.substring(1) + "," + NAME + ", \"" + NAME + "\"";
      assertThat(new String(reading.utf8(), UTF_8)).isEqualTo(expected);
      assertThat(reading.notes())
          .containsExactly(
              new Note.LongName("n" + NAME, NAME),
              new Note.LongName(NAME + "é", NAME),
              new Note.LongName(NAME + "q", NAME));
    }
  }

  @Test
  void noCharacterIsCutInTwo() {
    String name = "a" + "é".repeat(40);
    ClientText.Reading reading = read("SELECT " + name);
    assertThat(new String(reading.utf8(), UTF_8)).isEqualTo("SELECT a" + "é".repeat(31));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 'a\\\\b' | SELECT E'a\\\\b'",
        "SELECT'a\\'' | SELECT E'a\\''",
        "SELECT 'plain', 'a\\nb' | SELECT 'plain', E'a\\nb'",
        "SELECT E'a\\'b', B'1', X'1', 'c' | SELECT E'a\\'b', B'1', X'1', 'c'",
        "SELECT n'a\\nb' | SELECT nchar E'a\\nb'",
        "SELECT $$'\\'$$, \"'\\\" -- '\\' | SELECT $$'\\'$$, \"'\\\" -- '\\'",
        "SELECT /* '\\ */ '\\' ' | SELECT /* '\\ */ E'\\' '",
        "SELECT 'open\\' | SELECT 'open\\'"
      })
  void backslashesAreWrittenAsEscapes(String text, String expected) {
    assertThat(new String(ClientText.read(text.getBytes(UTF_8), false).utf8(), UTF_8))
        .isEqualTo(expected);
  }

  @Test
  void aStringIsOneWithItsContinuation() {
    String text = "SELECT 'é', 'a'\n'b\\c'";
    ClientText.Reading reading = ClientText.read(text.getBytes(UTF_8), false);
    assertThat(new String(reading.utf8(), UTF_8)).isEqualTo("SELECT 'é', E'a'\n'b\\c'");
    assertThat(reading.notes()).containsExactly(new Note.Backslash('c', 13));
  }

  private static ClientText.Reading read(String text) {
    return ClientText.read(text.getBytes(UTF_8), true);
  }
}
