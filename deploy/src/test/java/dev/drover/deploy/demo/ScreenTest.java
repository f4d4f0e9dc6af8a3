package dev.drover.deploy.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Screen screen = Screen.of(new PrintStream(output, true, UTF_8));

  @Test
  void oneFailedCheckFailsTheWhole() {
    screen.checkEqual("the sum is unchanged", 1000L, 1000L);
    screen.checkEqual("no row is lost", 7L, 6L);
    assertThat(screen.verdict()).isFalse();
    assertThat(output.toString(UTF_8))
        .contains("1 of 2 checks failed")
        .contains("no row is lost: 6 instead of 7");
  }

  @Test
  void allChecksPassTogether() {
    screen.check("it works", true, "yes");
    assertThat(screen.verdict()).isTrue();
  }

  @Test
  void numbersAreAlignedAtTheirRight() {
    TextTable table =
        new TextTable(
            List.of("name", "n"),
            List.of(false, true),
            List.of(List.of("a", "5"), List.of("long", "123")));
    assertThat(table.lines())
        .containsExactly(" name │   n", "──────┼─────", " a    │   5", " long │ 123");
  }
}
