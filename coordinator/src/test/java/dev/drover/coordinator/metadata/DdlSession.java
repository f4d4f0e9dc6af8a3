package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.ddl.DdlContext;
import dev.drover.planner.ddl.DdlPlanner;
import dev.drover.planner.ddl.DdlProbe;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.ddl.TableShape;
import dev.drover.planner.plan.DdlStep;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import dev.drover.redistribute.Placement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A role's transactions over all participants; each statement is one unless begun by hand. */
final class DdlSession implements AutoCloseable, DdlProbe {
  private static int transactions;

  private final DdlCluster cluster;
  private final String role;
  private final Map<Integer, Connection> participants = new LinkedHashMap<>();
  private final Connection metadata;
  private boolean explicit;
  private final List<String> notices = new ArrayList<>();

  DdlSession(DdlCluster cluster, String role) throws SQLException {
    this.cluster = cluster;
    this.role = role;
    this.metadata = cluster.connect(0);
    metadata.setAutoCommit(false);
    for (int node = 0; node <= DdlCluster.DATANODES; node++) {
      Connection connection = cluster.connect(node);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET SESSION AUTHORIZATION " + role);
      }
      connection.setAutoCommit(false);
      participants.put(node, connection);
    }
  }

  /** Runs statements, each in a transaction of its own outside of {@link #begin}. */
  void run(String... statements) throws SQLException {
    for (String statement : statements) {
      try {
        execute(statement);
      } catch (RuntimeException e) {
        rollback();
        throw e;
      }
      if (!explicit) {
        commit();
      }
    }
  }

  void begin() {
    explicit = true;
  }

  /** Parallel in the product; here one after another. */
  void commit() throws SQLException {
    explicit = false;
    String gid = "test_" + transactions++;
    List<Connection> all = new ArrayList<>(participants.values());
    all.add(metadata);
    for (int i = 0; i < all.size(); i++) {
      plain(all.get(i), "PREPARE TRANSACTION '%s_%d'".formatted(gid, i));
      all.get(i).commit();
    }
    for (int i = 0; i < all.size(); i++) {
      all.get(i).setAutoCommit(true);
      plain(all.get(i), "COMMIT PREPARED '%s_%d'".formatted(gid, i));
      all.get(i).setAutoCommit(false);
    }
  }

  void rollback() throws SQLException {
    explicit = false;
    for (Connection connection : participants.values()) {
      connection.rollback();
    }
    metadata.rollback();
  }

  /** Of the plans that ran since the last call. */
  List<String> takeNotices() {
    List<String> taken = List.copyOf(notices);
    notices.clear();
    return taken;
  }

  Plan plan(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    ParsedStatement parsed = SqlParser.parse(utf8).getFirst();
    return DdlPlanner.plan(parsed, utf8, context());
  }

  CatalogSnapshot snapshot() {
    return new CatalogLoader(new JdbcQueries(participants.get(0)), new JdbcQueries(metadata))
        .load();
  }

  private DdlContext context() {
    List<String> schemas =
        participantQuery(0, "SELECT unnest(current_schemas(true))").stream()
            .map(r -> r.getFirst().orElseThrow())
            .toList();
    boolean superuser =
        single(0, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").equals("t");
    return new DdlContext(snapshot(), schemas, "", superuser, this);
  }

  private void execute(String text) {
    switch (plan(text)) {
      case Plan.Utility utility -> steps(utility);
      case Plan.Broadcast broadcast -> broadcast.nodes().forEach(n -> participantQuery(n, text));
      case Plan.Local local -> participantQuery(0, text(local.text()));
      default -> throw new IllegalStateException("not a DDL plan");
    }
  }

  private void steps(Plan.Utility plan) {
    Map<String, String> captured = new HashMap<>();
    for (DdlStep each : plan.steps()) {
      if (!(each instanceof Plan.Step step)) {
        continue; // the coordinator carries rows; tables that are altered here have none
      }
      String sql = step.sql();
      for (Map.Entry<String, String> value : captured.entrySet()) {
        sql = sql.replace("${" + value.getKey() + "}", value.getValue());
      }
      String answer = run(step, sql);
      if (!step.capture().isEmpty()) {
        captured.put(step.capture(), answer);
      }
    }
    notices.addAll(plan.notices());
    if (plan.then().orElse(null) instanceof Plan.Deferred deferred) {
      notices.add("then: " + deferred.text());
    }
  }

  private String run(Plan.Step step, String sql) {
    return switch (step.where()) {
      case CATALOG -> first(participantQuery(0, sql));
      case METADATA -> first(new JdbcQueries(metadata).query(sql));
      case DATANODES -> step.nodes().stream().map(node -> single(node, sql)).toList().getFirst();
    };
  }

  /** One statement on one participant, as the role, in the open transaction. */
  List<List<Optional<String>>> participantQuery(int node, String sql) {
    return new JdbcQueries(participants.get(node)).query(sql);
  }

  private String single(int node, String sql) {
    return first(participantQuery(node, sql));
  }

  private static String first(List<List<Optional<String>>> rows) {
    return rows.isEmpty() ? "" : rows.getFirst().getFirst().orElse("");
  }

  static String text(List<List<Optional<String>>> rows) {
    return rows.stream()
        .map(r -> r.stream().map(v -> v.orElse("NULL")).collect(joining("|")))
        .collect(joining("\n"));
  }

  private static String text(SqlText text) {
    return text.pieces().stream().map(Object::toString).collect(joining());
  }

  private static void plain(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public TableShape after(String catalogSql, String table) {
    participantQuery(0, "SAVEPOINT drover_probe");
    if (!catalogSql.isEmpty()) {
      participantQuery(0, catalogSql);
    }
    TableShape shape =
        new CatalogLoader(new JdbcQueries(participants.get(0)), new JdbcQueries(metadata))
            .shape(table);
    participantQuery(0, "ROLLBACK TO SAVEPOINT drover_probe");
    return shape;
  }

  @Override
  public void requireAtRest(Collection<Integer> relations) {
    // No jobs here.
  }

  @Override
  public boolean isEmpty(Relation relation) {
    return participants.keySet().stream()
        .filter(node -> node > 0)
        .allMatch(
            node ->
                single(node, "SELECT NOT EXISTS (SELECT FROM " + SqlQuote.qualified(relation) + ")")
                    .equals("t"));
  }

  @Override
  public boolean isProvisional(Relation relation) {
    return first(
            new JdbcQueries(metadata)
                .query(
                    "SELECT provisional FROM drover.distributions WHERE relid = " + relation.oid()))
        .equals("t");
  }

  @Override
  public List<Integer> place(List<Integer> nodes, int modulus) {
    return Placement.place(nodes, modulus);
  }

  @Override
  public void prepareNode(int id, String name, String host, int port) {
    notices.add("prepared %s as %d".formatted(name, id));
  }

  @Override
  public int newNodeId() {
    return Integer.parseInt(
        first(new JdbcQueries(metadata).query("SELECT nextval('drover.node_id')")));
  }

  @Override
  public byte[] randomBytes(int length) {
    return new byte[length];
  }

  String role() {
    return role;
  }

  DdlCluster cluster() {
    return cluster;
  }

  @Override
  public void close() throws SQLException {
    metadata.close();
    for (Connection connection : participants.values()) {
      connection.close();
    }
  }
}
