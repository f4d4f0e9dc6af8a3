package dev.drover.tests.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every command of PostgreSQL 18's manual is done on all nodes or refused, never done on one only:
 * after each definition all nodes must hold the same objects.
 *
 * <p>{@code commands.txt} has a statement for each, and whether it is done or the SQLSTATE that it
 * gets; what is about objects that cannot be made gets PostgreSQL's own error.
 */
@ExtendWith(EndpointsExtension.class)
class CommandsTest {
  private static final Path COMMANDS =
      Path.of("src", "test", "resources", "commands", "commands.txt");
  private static final Path MANUAL = Path.of("src", "test", "resources", "commands", "manual.txt");
  private static final Path OBJECTS =
      Path.of("src", "test", "resources", "commands", "objects.sql");

  private final Endpoints endpoints;

  CommandsTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  /** The outcome is {@code done} or an SQLSTATE. */
  private record Command(String name, String outcome, String sql) {
    private static Command of(String line) {
      String[] parts = line.split(" \\| ", 3);
      assertThat(parts[2].toUpperCase(Locale.ROOT)).contains(parts[0].split(" ", -1)[0]);
      return new Command(parts[0], parts[1], parts[2]);
    }

    private boolean defines() {
      return sql.matches("(?s)(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|REASSIGN|SELECT .* INTO).*");
    }
  }

  /** The manual of PostgreSQL 18 lists as many. */
  @Test
  void noCommandIsLeftOut() throws IOException {
    assertThat(Files.readAllLines(COMMANDS, UTF_8).stream().map(l -> Command.of(l).name()))
        .containsAll(Files.readAllLines(MANUAL, UTF_8));
  }

  @Test
  void everyCommandIsDoneOnAllNodesOrRefused() throws IOException {
    assumeThat(endpoints.datanodes()).isNotEmpty();
    List<String> wrong = new ArrayList<>();
    try (WireClient client = WireClient.login(endpoints.drover())) {
      for (String line : Files.readAllLines(COMMANDS, UTF_8)) {
        Command command = Command.of(line);
        check(command, client.query(command.sql())).ifPresent(wrong::add);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private Optional<String> check(Command command, List<Message> reply) throws IOException {
    Optional<Message> error = Transcript.error(reply);
    String outcome = error.map(Message::sqlState).orElse("done");
    if (!outcome.equals(command.outcome())) {
      return Optional.of(command.sql() + ": " + error.map(Transcript::line).orElse(outcome));
    }
    return error.isEmpty() && command.defines()
        ? difference().map(what -> command.sql() + ": " + what)
        : Optional.empty();
  }

  /** What a node lacks or has more than the catalog node. */
  private Optional<String> difference() throws IOException {
    List<String> expected = objects(endpoints.drover());
    for (Endpoint node : endpoints.datanodes()) {
      List<String> found = objects(node);
      List<String> missing = expected.stream().filter(o -> !found.contains(o)).toList();
      List<String> extra = found.stream().filter(o -> !expected.contains(o)).toList();
      if (!missing.isEmpty() || !extra.isEmpty()) {
        return Optional.of("a datanode lacks " + missing + " and has " + extra);
      }
    }
    return Optional.empty();
  }

  private static List<String> objects(Endpoint endpoint) throws IOException {
    return new Sql(endpoint).column(Files.readString(OBJECTS, UTF_8));
  }
}
