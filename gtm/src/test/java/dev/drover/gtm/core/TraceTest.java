package dev.drover.gtm.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the traces: blocks of commands, a line of dashes, and what the core answered. With {@code
 * -Drewrite} the answers are written anew, and the difference is to be read.
 */
final class TraceTest {
  private static final Path TRACES = Path.of("src/test/resources/traces");
  private static final String SEPARATOR = "----";

  static List<Path> traces() throws IOException {
    try (Stream<Path> files = Files.list(TRACES)) {
      return files.filter(file -> file.toString().endsWith(".test")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("traces")
  void theCoreAnswersAsRecorded(Path file) throws IOException {
    String text = Files.readString(file, UTF_8);
    String actual = run(text);
    if (System.getProperty("rewrite") != null) {
      Files.writeString(file, actual, UTF_8);
      return;
    }
    assertThat(actual).isEqualTo(text);
  }

  @Test
  void thereAreTraces() throws IOException {
    assertThat(traces()).isNotEmpty();
  }

  private static String run(String text) {
    TraceRunner runner = new TraceRunner();
    List<String> blocks = new ArrayList<>();
    for (String block : text.strip().split("\n\n+", -1)) {
      blocks.add(runBlock(runner, block));
    }
    return String.join("\n\n", blocks) + "\n";
  }

  private static String runBlock(TraceRunner runner, String block) {
    List<String> lines = block.lines().takeWhile(line -> !line.equals(SEPARATOR)).toList();
    List<String> commands = lines.stream().filter(line -> !line.startsWith("#")).toList();
    if (commands.isEmpty()) {
      return block;
    }
    List<String> answers = new ArrayList<>();
    for (String command : commands) {
      answers.addAll(runner.run(command));
    }
    List<String> out = new ArrayList<>(lines);
    out.add(SEPARATOR);
    out.addAll(answers);
    return String.join("\n", out);
  }
}
