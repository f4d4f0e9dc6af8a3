package dev.drover.planner.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.DdlStep;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares plans with those written in {@code src/test/resources/ddl}: cases parted by blank lines,
 * each a statement, {@code ----}, the plan. Lines before the statement say what the probe answers.
 * {@code -Drewrite} writes the plans as they are now.
 */
class DdlPlansTest {
  private static final Path FILES = Path.of("src/test/resources/ddl");
  private static final String RULE = "----";

  static Stream<Path> files() throws IOException {
    try (Stream<Path> found = Files.list(FILES)) {
      return found.filter(f -> f.toString().endsWith(".test")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void plansAreAsWritten(Path file) throws IOException {
    String written = Files.readString(file);
    List<String> cases = new ArrayList<>();
    for (String block : written.strip().split("\n\n+", -1)) {
      cases.add(block.lines().allMatch(l -> l.startsWith("#")) ? block : replanned(block));
    }
    String planned = String.join("\n\n", cases) + "\n";
    if (Boolean.getBoolean("rewrite") || "".equals(System.getProperty("rewrite"))) {
      Files.writeString(file, planned);
      return;
    }
    assertThat(planned).isEqualTo(written);
  }

  private static String replanned(String block) {
    String input = block.split("\n" + RULE, 2)[0];
    List<String> answers = input.lines().takeWhile(l -> l.startsWith("@")).toList();
    String statement = String.join("\n", input.lines().skip(answers.size()).toList());
    return input + "\n" + RULE + "\n" + plan(statement, ScriptedProbe.of(answers));
  }

  private static String plan(String statement, ScriptedProbe probe) {
    byte[] text = statement.getBytes(UTF_8);
    try {
      ParsedStatement parsed = SqlParser.parse(text).getFirst();
      return print(DdlPlanner.plan(parsed, text, probe.context()));
    } catch (SqlError e) {
      StringBuilder error =
          new StringBuilder("error %s: %s".formatted(e.state().code(), e.getMessage()));
      e.detail().ifPresent(d -> error.append("\ndetail: ").append(d));
      e.hint().ifPresent(h -> error.append("\nhint: ").append(h));
      return error.toString();
    }
  }

  private static String print(Plan plan) {
    return switch (plan) {
      case Plan.Utility utility -> print(utility);
      case Plan.Local local -> "catalog node only: " + local.text().pieces().getFirst();
      case Plan.Broadcast broadcast ->
          "each of %s%s by itself: %s"
              .formatted(
                  broadcast.catalogToo() ? "catalog node and " : "",
                  broadcast.nodes(),
                  broadcast.text().pieces().getFirst());
      default -> throw new IllegalStateException("not a plan of DDL: " + plan);
    };
  }

  private static String print(Plan.Utility utility) {
    StringBuilder lines = new StringBuilder();
    for (DdlStep each : utility.steps()) {
      if (each instanceof CarryRows rows) {
        lines.append("rows: %s%n".formatted(rows));
        continue;
      }
      Plan.Step step = (Plan.Step) each;
      String where =
          switch (step.where()) {
            case CATALOG -> "catalog";
            case METADATA -> "metadata";
            case DATANODES -> "datanodes";
          };
      String capture = step.capture().isEmpty() ? "" : " -> " + step.capture();
      lines.append("%s%s: %s%n".formatted(where, capture, step.sql().replaceAll("\n *", " ")));
    }
    utility.notices().forEach(n -> lines.append("notice: ").append(n).append('\n'));
    utility
        .then()
        .ifPresent(t -> lines.append("then: ").append(((Plan.Deferred) t).text()).append('\n'));
    return lines.append("tag: ").append(utility.tag()).toString();
  }
}
