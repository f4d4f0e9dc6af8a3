package dev.drover.tests.programs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A schema with something of everything, in {@code resources/psql}. */
final class SampleSchema {
  private static final Path DIRECTORY = Path.of("src", "test", "resources", "psql");
  private static final String ROLES = "DROP ROLE IF EXISTS psql_writer, psql_reader;";

  private SampleSchema() {}

  static String text(String file) {
    try {
      return Files.readString(DIRECTORY.resolve(file), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void createOn(Endpoint... endpoints) {
    dropFrom(endpoints);
    for (Endpoint endpoint : endpoints) {
      String by = endpoint.isDrover() ? "DISTRIBUTE BY $1" : "";
      succeed(endpoint, text("schema.sql").replaceAll("/\\*dist= (.*?)\\*/", by));
    }
  }

  static void dropFrom(Endpoint... endpoints) {
    for (Endpoint endpoint : endpoints) {
      dropObjects(endpoint);
      succeed(endpoint, ROLES);
    }
  }

  /** All but the roles, which a dump of a database does not hold. */
  static void dropObjects(Endpoint endpoint) {
    succeed(endpoint, text("drop.sql"));
  }

  static void succeed(Endpoint endpoint, String script) {
    Program.Result result =
        Program.PSQL.feed(endpoint, script, "-X", "-q", "-v", "ON_ERROR_STOP=1");
    assertThat(result.exitCode()).as(result.output()).isZero();
  }
}
