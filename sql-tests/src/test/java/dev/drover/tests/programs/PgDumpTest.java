package dev.drover.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dump through a coordinator is the dump of a plain server, and can be restored. */
@ExtendWith(InstalledServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PgDumpTest {
  private static final String OWN_SCHEMA = "--exclude-schema=drover";

  private final Endpoints endpoints;

  PgDumpTest(Endpoints endpoints) {
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
  void aDumpIsThatOfAPlainServer() {
    assertThat(sortedLines(endpoints.drover())).isEqualTo(sortedLines(endpoints.plain()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--schema-only", "--data-only", "--clean", "--table=orders", "--inserts"})
  void partsAreThoseOfAPlainServer(String option) {
    assertThat(sortedLines(endpoints.drover(), option))
        .isEqualTo(sortedLines(endpoints.plain(), option));
  }

  /** Keys first: they decide how the tables are distributed, while these are empty. */
  @Test
  void aDumpOfAPlainServerIsRestored() {
    SampleSchema.dropObjects(endpoints.drover());
    for (String part : List.of("--schema-only", "--data-only")) {
      SampleSchema.succeed(endpoints.drover(), dump(endpoints.plain(), part).output());
    }
    assertThat(sortedLines(endpoints.drover())).isEqualTo(sortedLines(endpoints.plain()));
  }

  @Test
  void whatCannotBeDumpedIsSaidPlainly() {
    Program.Result all = Program.PG_DUMP.run(endpoints.drover());
    assertThat(all.exitCode()).isNotZero();
    assertThat(all.output())
        .contains("The schema belongs to Drover.")
        .contains("pg_dump --exclude-schema=drover");
  }

  private static Program.Result dump(Endpoint endpoint, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    if (endpoint.isDrover()) {
      all.add(OWN_SCHEMA);
    }
    Program.Result result = Program.PG_DUMP.run(endpoint, all.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result;
  }

  /** Rows come in another order; what {@code \restrict} names is different every time. */
  private static List<String> sortedLines(Endpoint endpoint, String... options) {
    return dump(endpoint, options)
        .output()
        .lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .sorted()
        .toList();
  }
}
