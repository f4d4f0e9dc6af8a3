package dev.drover.deploy.cluster;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a cluster shows of itself, and that it is what the documentation says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsTest {
  private static final Path DOCUMENTATION = Path.of("../docs/metrics.md");
  private static final Pattern DOCUMENTED = Pattern.compile("^\\| `(\\w+)` \\| (\\w+) \\|");
  private static final Pattern SHOWN = Pattern.compile("^# TYPE (\\w+) (\\w+)$");

  private static final String ONE_NODE = "coordinator_statements_total{kind=\"one_node\"";
  private static final int UPDATES = 128;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private EmbeddedCluster cluster;
  private int metricsPort;

  @BeforeAll
  void startCluster() {
    metricsPort = FreePorts.one();
    cluster = EmbeddedCluster.insideWithMetrics(2, metricsPort);
  }

  @AfterAll
  void stopCluster() {
    cluster.close();
  }

  @Test
  void everyMetricIsDocumentedAndEveryDocumentedOneIsShown() throws Exception {
    assertThat(names(scrape(), SHOWN))
        .isEqualTo(names(Files.readString(DOCUMENTATION), DOCUMENTED));
  }

  @Test
  void whatHappensIsCounted() throws Exception {
    double before = value(scrape(), ONE_NODE);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE counted (id int PRIMARY KEY, v int)");
      statement.execute("INSERT INTO counted SELECT i, i FROM generate_series(1, 100) i");
      for (int i = 0; i < UPDATES; i++) {
        statement.execute("UPDATE counted SET v = v + 1 WHERE id = 7");
      }
      assertThatThrownBy(() -> statement.execute("SELECT 1 / (id - 7) FROM counted WHERE id = 7"))
          .hasMessageContaining("division by zero");
      statement.execute("SELECT count(*) FROM counted a JOIN counted b ON a.v = b.v");
      statement.execute("DROP TABLE counted");
    }
    String text = scrapeUntil(ONE_NODE, before + UPDATES + 1);
    assertThat(value(text, "coordinator_errors_total{class=\"22\"")).isEqualTo(1);
    assertThat(value(text, "coordinator_commits_total{phases=\"1\"")).isPositive();
    assertThat(value(text, "coordinator_commits_total{phases=\"2\"")).isPositive();
    assertThat(value(text, "coordinator_statement_duration_seconds_count")).isPositive();
    assertThat(value(text, "coordinator_exchange_bytes_total")).isPositive();
    assertThat(value(text, "coordinator_sessions_opened_total")).isEqualTo(1);
    assertThat(value(text, "coordinator_lease_valid")).isEqualTo(1);
    assertThat(value(text, "gtm_active")).isEqualTo(1);
    assertThat(value(text, "gtm_leases")).isEqualTo(1);
    assertThat(value(text, "agent_server_up{process=\"dn2\"}")).isEqualTo(1);
  }

  @Test
  void nothingElseIsShown() throws Exception {
    assertThat(get("/other").statusCode()).isEqualTo(404);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(cluster.settings().port()),
        "postgres",
        "");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(metricsPort, path));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private String scrape() throws IOException, InterruptedException {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  /** Numbers are copied from the event loops at intervals. */
  private String scrapeUntil(String metric, double wanted)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String text = scrape();
    while (value(text, metric) != wanted) {
      assertThat(System.nanoTime()).as("%s is not %s", metric, wanted).isLessThan(deadline);
      LockSupport.parkNanos(PAUSE.toNanos());
      text = scrape();
    }
    return text;
  }

  /** Of the first line that begins so. */
  private static double value(String text, String metric) {
    String line = text.lines().filter(l -> l.startsWith(metric)).findFirst().orElseThrow();
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  private static Set<String> names(String text, Pattern pattern) {
    return text.lines()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1) + " " + found.group(2))
        .collect(toCollection(TreeSet::new));
  }
}
