package dev.drover.tests.workloads;

import dev.drover.deploy.tpc.Answer;
import dev.drover.deploy.tpc.Layout;
import dev.drover.deploy.tpc.Query;
import dev.drover.deploy.tpc.Suite;
import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A suite in a schema of its own, with the answers of the plain server. */
final class Workload implements AutoCloseable {
  private static final String LIMIT = "60 s";

  private final Suite suite;
  private final Endpoint drover;
  private final Endpoint plain;
  private final String schema;
  private final Map<Query, Answer> answers;

  private Workload(Suite suite, Endpoints endpoints, Map<Query, Answer> answers) {
    this.suite = suite;
    this.drover = endpoints.drover();
    this.plain = endpoints.plain();
    this.schema = "workload_" + suite.name();
    this.answers = answers;
  }

  static Workload open(Suite suite, Endpoints endpoints) throws SQLException {
    Workload workload = new Workload(suite, endpoints, new LinkedHashMap<>());
    try (Connection connection = workload.fill(workload.plain, Layout.PLAIN)) {
      for (Query query : suite.queries()) {
        workload.answers.put(query, Answer.of(connection, query));
      }
    }
    return workload;
  }

  /** One line for each query that Drover answers otherwise, or not at all. */
  List<String> differences(Layout layout) throws SQLException {
    List<String> differences = new ArrayList<>();
    try (Connection connection = fill(drover, drover.isDrover() ? layout : Layout.PLAIN)) {
      for (Map.Entry<Query, Answer> answer : answers.entrySet()) {
        difference(connection, answer.getKey(), answer.getValue(), differences);
      }
    }
    drop(drover);
    return differences;
  }

  Map<Query, Answer> answers() {
    return answers;
  }

  private static void difference(
      Connection connection, Query query, Answer right, List<String> differences) {
    try {
      Answer.of(connection, query)
          .differenceFrom(right)
          .ifPresent(difference -> differences.add(query.name() + ": " + difference));
    } catch (SQLException e) {
      differences.add("%s: %s %s".formatted(query.name(), e.getSQLState(), e.getMessage()));
    }
  }

  private Connection fill(Endpoint endpoint, Layout layout) throws SQLException {
    drop(endpoint);
    Connection connection = endpoint.connect();
    execute(connection, "CREATE SCHEMA " + schema);
    execute(connection, "SET search_path = " + schema);
    suite.load(connection, layout);
    execute(connection, "SET statement_timeout = '%s'".formatted(LIMIT));
    return connection;
  }

  private void drop(Endpoint endpoint) throws SQLException {
    try (Connection connection = endpoint.connect()) {
      execute(connection, "DROP SCHEMA IF EXISTS %s CASCADE".formatted(schema));
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    drop(drover);
    drop(plain);
  }
}
