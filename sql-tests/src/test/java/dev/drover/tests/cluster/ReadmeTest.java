package dev.drover.tests.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The lines of SQL that the README shows do what it says. */
@ExtendWith(EndpointsExtension.class)
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern SQL = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

  private final Endpoints endpoints;

  ReadmeTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Test
  void theTourGoesAsWritten() throws IOException {
    assumeThat(endpoints.drover().isDrover()).isTrue();
    Matcher block = SQL.matcher(Files.readString(README, UTF_8));
    assertThat(block.find()).isTrue();
    List<String> lines = block.group(1).lines().toList();
    assertThat(lines).hasSize(10);
    try (WireClient client = WireClient.login(endpoints.drover())) {
      for (String line : lines) {
        List<Message> reply = client.query(line);
        assertThat(Transcript.error(reply).map(Transcript::line)).as(line).isEmpty();
        if (line.contains("drover.shards")) {
          assertThat(Transcript.of(reply)).contains("CommandComplete SELECT 3");
        }
        if (line.contains("EXPLAIN")) {
          assertThat(Transcript.of(reply).toString())
              .contains("Data Node Scan")
              .containsOnlyOnce("Node/s: dn");
        }
      }
      assertThat(Transcript.of(client.query(lines.getLast())))
          .contains("DataRow '10000', '1000000'");
      client.query("DROP TABLE orders, customers, countries");
    }
  }
}
