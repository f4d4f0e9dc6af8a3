package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jobs, as who has begun them sees and commands them. */
record Jobs(Endpoint drover) {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final Pattern BEGUN = Pattern.compile("job (\\d+) has begun");

  /** Begins what a statement asks for CONCURRENTLY, and returns the job. */
  int start(String sql) throws SQLException {
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return begun(statement.getWarnings().getMessage());
    }
  }

  /** The job that a notice tells of. */
  static int begun(String notice) {
    Matcher matcher = BEGUN.matcher(notice);
    assertThat(matcher.matches()).as(notice).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  /** Of {@code drover.jobs}; empty for NULL. */
  String column(int job, String column) throws SQLException {
    return Slots.ask(
        drover,
        "SELECT coalesce(%s::text, '') FROM drover.jobs WHERE job = %d".formatted(column, job));
  }

  void awaitPhase(int job, String phase) {
    Patience.await(LIMIT, () -> column(job, "phase"), phase);
  }

  /** 0 is as fast as it can. */
  void throttle(int job, int bytesPerSecond) throws SQLException {
    drover.run("SELECT drover.throttle_job(%d, %d)".formatted(job, bytesPerSecond));
  }

  /** Cancels those that are not over, and returns at their end. */
  void endAll() throws SQLException {
    drover.run(
        "SELECT drover.cancel_job(job) FROM drover.jobs WHERE state IN ('running', 'paused')");
    String live = "SELECT count(*) FROM drover.jobs WHERE finished IS NULL";
    Patience.await(LIMIT, () -> Slots.ask(drover, live), "0");
  }
}
