package dev.drover.redistribute.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CopyTextTest {
  @Test
  void whatIsWrittenIsRead() {
    List<Optional<String>> row =
        List.of(
            Optional.of("a\tb\nc\\d\re"),
            Optional.empty(),
            Optional.of(""),
            Optional.of("\\N"),
            Optional.of("\\."),
            Optional.of("größe \uD83D\uDC18"));
    StringBuilder line = new StringBuilder();

    CopyText.append(row, line);

    assertThat(line).doesNotContain("\r").endsWith("\n");
    assertThat(CopyText.parse(line.toString().getBytes(UTF_8))).isEqualTo(row);
  }

  @Test
  void whatServersEscapeIsRead() {
    assertThat(CopyText.parse("\\b\\f\\v\\n\\r\\t\\\\\t\\N\t\n".getBytes(UTF_8)))
        .containsExactly(Optional.of("\b\f\u000b\n\r\t\\"), Optional.empty(), Optional.of(""));
  }
}
