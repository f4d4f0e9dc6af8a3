package dev.drover.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every statement of the scripts parses. Those that PostgreSQL finds wrong in their form are few;
 * that they are wrong is what {@link DifferentialTest} compares.
 */
class ScriptsParseTest {
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "sql");
  private static final int MOST_ERRORS = 40;

  @Test
  void everyStatementParsesOrIsASyntaxErrorOnPurpose() throws IOException {
    Scenario scenario = Scenarios.of(Set.of(Placement.KEY), false).getFirst().in("s");
    List<String> errors = new ArrayList<>();
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      for (Path file : files.sorted().toList()) {
        String topic = file.getFileName().toString().replace(".sql", "");
        for (Statement statement : Script.parse(topic, Files.readString(file)).statements()) {
          String sql = Expansion.of(statement.template(), scenario, true).inline(0);
          error(sql).ifPresent(message -> errors.add("%s: %s: %s".formatted(topic, sql, message)));
        }
      }
    }
    assertThat(errors).hasSizeLessThanOrEqualTo(MOST_ERRORS);
  }

  private static Optional<String> error(String sql) {
    try {
      byte[] text = sql.getBytes(StandardCharsets.UTF_8);
      for (ParsedStatement parsed : SqlParser.parse(text)) {
        assertThat(parsed.span().contains(parsed.statement().span())).as(sql).isTrue();
      }
      return Optional.empty();
    } catch (SqlError e) {
      return Optional.of(e.getMessage());
    }
  }
}
