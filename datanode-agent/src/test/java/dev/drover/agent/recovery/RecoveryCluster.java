package dev.drover.agent.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.Secret;
import dev.drover.agent.postgres.TemporaryServers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Three real servers with the schema drover, and the moves of a coordinator on them. */
final class RecoveryCluster implements AutoCloseable {
  static final String NONCE = "nonce";
  static final int NODES = 3;

  private final TemporaryServers servers = TemporaryServers.open();
  private final List<PostgresServer> nodes = new ArrayList<>();

  RecoveryCluster() throws SQLException {
    for (int node = 0; node < NODES; node++) {
      PostgresServer server = servers.start("node" + node);
      nodes.add(server);
      try (Connection connection = server.connect()) {
        NodeSchema.install(connection);
        run(connection, "CREATE TABLE t (gxid bigint)");
      }
    }
  }

  PostgresServer node(int node) {
    return nodes.get(node);
  }

  Secret secret() {
    return servers.secret();
  }

  NodeEndpoint catalog() {
    return new NodeEndpoint(NodeEndpoint.CATALOG, nodes.getFirst().jdbcUrl("postgres"));
  }

  /** Whatever the connection, which a real directory would read. */
  List<NodeEndpoint> datanodes(Connection catalog) {
    List<NodeEndpoint> endpoints = new ArrayList<>();
    for (int node = 1; node < NODES; node++) {
      endpoints.add(new NodeEndpoint(node, nodes.get(node).jdbcUrl("postgres")));
    }
    return endpoints;
  }

  static GlobalTransaction transaction(
      CoordinatorLife coordinator, long gxid, Participant... participants) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(NONCE.getBytes(UTF_8));
      String digits = HexFormat.of().formatHex(hash).substring(0, GlobalTransaction.HASH_DIGITS);
      return new GlobalTransaction(coordinator, gxid, digits, false, List.of(participants));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a row and the commit record, and leaves the transaction open. */
  Connection write(GlobalTransaction transaction, Participant participant) throws SQLException {
    Connection connection = node(participant.node()).connect();
    run(connection, "BEGIN");
    run(connection, "INSERT INTO t VALUES (%d)".formatted(transaction.gxid()));
    String mark = participant.isMetadata() ? "mark_metadata" : "mark";
    run(
        connection,
        "INSERT INTO drover.%s VALUES (%d, '%s')".formatted(mark, transaction.gxid(), NONCE));
    return connection;
  }

  void prepare(GlobalTransaction transaction, Participant... participants) throws SQLException {
    for (Participant participant : participants) {
      try (Connection connection = write(transaction, participant)) {
        run(connection, "PREPARE TRANSACTION '%s'".formatted(transaction.gid(participant)));
      }
    }
  }

  void commit(GlobalTransaction transaction, Participant participant) throws SQLException {
    at(participant.node(), "COMMIT PREPARED '%s'".formatted(transaction.gid(participant)));
  }

  void at(int node, String sql) throws SQLException {
    try (Connection connection = node(node).connect()) {
      run(connection, sql);
    }
  }

  /** How many rows the transaction has made visible, over all nodes. */
  long rows(GlobalTransaction transaction) throws SQLException {
    return total("SELECT count(*) FROM t WHERE gxid = " + transaction.gxid());
  }

  long prepared(GlobalTransaction transaction) throws SQLException {
    return total(
        "SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE '%%\\_%d\\_%%'"
            .formatted(transaction.gxid()));
  }

  long records(GlobalTransaction transaction) throws SQLException {
    return total("SELECT count(*) FROM drover.gx WHERE gxid = " + transaction.gxid());
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    servers.close();
  }

  private long total(String count) throws SQLException {
    long total = 0;
    for (PostgresServer server : nodes) {
      if (!server.isRunning()) {
        continue;
      }
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(count)) {
        rows.next();
        total += rows.getLong(1);
      }
    }
    return total;
  }
}
