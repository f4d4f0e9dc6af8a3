package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.TemporaryServers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Copies a schema with nearly every kind of object from one server to another: both must then be
 * described alike, and a difference must be found.
 */
class SchemaCopyTest {
  private static final Path POSTGRES_15 = Path.of("/usr/lib/postgresql/15");

  static Stream<PostgresBinaries> releases() {
    return Files.isExecutable(POSTGRES_15.resolve("bin/postgres"))
        ? Stream.of(PostgresBinaries.configured(), PostgresBinaries.installed(POSTGRES_15))
        : Stream.of(PostgresBinaries.configured());
  }

  @ParameterizedTest
  @MethodSource("releases")
  void theCopyIsLikeTheOriginal(PostgresBinaries binaries) throws SQLException {
    try (TemporaryServers servers = TemporaryServers.open(binaries)) {
      try (Connection original = connect(servers, "original", "simple");
          Connection copy = connect(servers, "copy", "extended")) {
        SqlScripts.run(original, SqlScripts.DATANODE);
        SqlScripts.run(copy, SqlScripts.DATANODE);
        execute(original, text("rich-schema.sql"));
        original.commit();
        ServerSchema schema = ServerSchema.read(new JdbcQueries(original));
        assertThat(schema.objects()).hasSizeGreaterThan(45);
        RoleCopy.copy(new JdbcQueries(original), new JdbcQueries(copy));
        SchemaCopy.copy(schema, new JdbcQueries(copy), "copy");
        copy.commit();
        assertDifferencesAreFound(schema, copy);
        assertThat(text(copy, "SELECT count(*) FROM pg_trigger WHERE tgname = 'drover_guard'"))
            .isEqualTo("3");
        assertThat(text(copy, "SELECT has_schema_privilege('public', 'public', 'CREATE')"))
            .isEqualTo("f");
      }
    }
  }

  private static void assertDifferencesAreFound(ServerSchema schema, Connection copy)
      throws SQLException {
    for (String change :
        new String[] {
          "DROP VIEW public.visited",
          "CREATE TABLE public.more ()",
          "ALTER TABLE public.places ALTER name TYPE varchar(11)",
          "REVOKE SELECT ON \"Sales Data\".customers FROM PUBLIC",
          "ALTER FUNCTION tools.positive(int) STRICT",
          "ALTER TYPE tools.mood ADD VALUE 'new'",
          "ALTER TABLE public.places OWNER TO rich_owner",
          "DROP INDEX \"Sales Data\".customers_name",
          "ALTER TABLE public.visits DROP CONSTRAINT visits_code_fkey",
        }) {
      execute(copy, change.contains("varchar") ? "DROP VIEW public.visited; " + change : change);
      ServerSchema changed = ServerSchema.read(new JdbcQueries(copy));
      assertThatThrownBy(() -> SchemaCopy.requireAlike(schema, changed, "copy"))
          .as(change)
          .hasMessageStartingWith("node \"copy\" differs from the other datanodes in: ");
      copy.rollback();
    }
  }

  private static Connection connect(TemporaryServers servers, String name, String queryMode)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "drover");
    properties.setProperty("password", servers.secret().password());
    properties.setProperty("preferQueryMode", queryMode);
    String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(servers.start(name).port());
    Connection connection = DriverManager.getConnection(url, properties);
    connection.setAutoCommit(false);
    return connection;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) {
    return DdlSession.text(new JdbcQueries(connection).query(sql));
  }

  private static String text(String file) {
    try (InputStream in = SchemaCopyTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
