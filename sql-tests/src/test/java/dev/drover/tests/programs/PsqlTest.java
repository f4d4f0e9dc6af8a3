package dev.drover.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What psql shows of a schema, and how a session goes, is what it shows on a plain server. */
@ExtendWith(InstalledServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PsqlTest {
  private final Endpoints endpoints;

  PsqlTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @BeforeAll
  void createSchema() {
    SampleSchema.createOn(endpoints.plain(), endpoints.drover());
  }

  @AfterAll
  void dropSchema() {
    SampleSchema.dropFrom(endpoints.plain(), endpoints.drover());
  }

  @Test
  void everyMetaCommandShowsTheSame() {
    for (String command : SampleSchema.text("commands.txt").lines().toList()) {
      assertThat(shown(endpoints.drover(), command))
          .as(command)
          .isEqualTo(shown(endpoints.plain(), command));
    }
  }

  @Test
  void theSecondCoordinatorShowsTheSame() {
    for (String command : List.of("\\d", "\\d+ customers", "\\dp", "\\df")) {
      assertThat(shown(endpoints.secondCoordinator(), command))
          .as(command)
          .isEqualTo(shown(endpoints.plain(), command));
    }
  }

  @Test
  void aSessionGoesTheSame() {
    String script = SampleSchema.text("session.sql");
    assertThat(echoed(endpoints.drover(), script)).isEqualTo(echoed(endpoints.plain(), script));
  }

  /** Without Drover's own schema and role. */
  private static List<String> shown(Endpoint endpoint, String command) {
    return Program.PSQL.feed(endpoint, command + "\n", "-X").lines().stream()
        .filter(line -> !line.contains("drover") && !line.matches("\\(\\d+ rows?\\)"))
        .toList();
  }

  private static List<String> echoed(Endpoint endpoint, String script) {
    return Program.PSQL.feed(endpoint, script, "-X", "-a").lines();
  }
}
