package dev.drover.pgwire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTagTest {
  @ParameterizedTest
  @CsvSource({
    "INSERT 0 5, INSERT, 5",
    "UPDATE 3, UPDATE, 3",
    "SELECT 10, SELECT, 10",
    "COPY 9223372036854775807, COPY, 9223372036854775807",
    "REFRESH MATERIALIZED VIEW 0, REFRESH MATERIALIZED VIEW, 0"
  })
  void countsAreReadAndWritten(String text, String verb, long rows) {
    CommandTag tag = CommandTag.parse(text);
    assertThat(tag.verb()).isEqualTo(verb);
    assertThat(tag.rows()).hasValue(rows);
    assertThat(tag.format()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN", "CREATE TABLE", "", "X ", "COPY 9223372036854775808", "A -1"})
  void whatEndsInNoCountIsAVerb(String text) {
    CommandTag tag = CommandTag.parse(text);
    assertThat(tag.rows()).isEmpty();
    assertThat(tag.format()).isEqualTo(text);
  }

  @Test
  void insertedRowsAreShownWithAZeroOid() {
    assertThat(CommandTag.of("INSERT", 2).format()).isEqualTo("INSERT 0 2");
  }

  @Test
  void textIsTheTagAsItWasSent() {
    for (String tag : List.of("SELECT 1", "SELECT 10", "SELECT 2", "INSERT 0 1", "MERGE 1", "")) {
      ByteBuf body = Unpooled.copiedBuffer("#" + tag + "\0", StandardCharsets.UTF_8).skipBytes(1);
      assertThat(CommandTag.text(body)).isEqualTo(tag);
    }
  }
}
