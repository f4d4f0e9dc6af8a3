package dev.drover.agent.recovery;

import static java.util.stream.Collectors.joining;

import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.agent.postgres.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The resolver's connection to one PostgreSQL server, in SQL.
 *
 * <p>Threads: confined to the resolver's thread.
 */
final class JdbcNodeSession implements NodeSession {
  /** Each statement of the resolver is short; a server that needs longer counts as down. */
  private static final String SOCKET_LIMIT_SECONDS = "15";

  private static final String CONNECT_LIMIT_SECONDS = "2";
  private static final String NO_SUCH_PREPARED_TRANSACTION = "42704";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Connection connection;
  private final NodeDirectory directory;
  private boolean isLockHeld;

  private JdbcNodeSession(Connection connection, NodeDirectory directory) {
    this.connection = connection;
    this.directory = directory;
  }

  static NodeSession open(NodeEndpoint endpoint, NodeDirectory directory, Secret secret)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", PostgresTemplate.SUPERUSER);
    properties.setProperty("password", secret.password());
    properties.setProperty("ApplicationName", "drover resolver");
    properties.setProperty("connectTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("socketTimeout", SOCKET_LIMIT_SECONDS);
    Connection connection = DriverManager.getConnection(endpoint.jdbcUrl(), properties);
    JdbcNodeSession session = new JdbcNodeSession(connection, directory);
    session.execute("SET lock_timeout = '500ms'");
    return session;
  }

  @Override
  public boolean isOpen() throws SQLException {
    return !connection.isClosed();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  @Override
  public boolean tryLock(long key) throws SQLException {
    if (isLockHeld) {
      return bool("SELECT true");
    }
    isLockHeld = bool("SELECT pg_try_advisory_lock(?)", key);
    if (!isLockHeld) {
      bool(
          """
          SELECT bool_or(pg_terminate_backend(l.pid))
          FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
            AND (l.classid::bigint << 32 | l.objid::bigint) = ? AND a.usename <> 'drover'
          """,
          key);
    }
    return isLockHeld;
  }

  @Override
  public List<NodeEndpoint> datanodes() throws SQLException {
    return directory.datanodes(connection);
  }

  @Override
  public Map<GlobalTransaction, Duration> preparedTransactions() throws SQLException {
    Map<GlobalTransaction, Duration> found = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT gid, (extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint
                FROM pg_prepared_xact() x JOIN pg_database d ON d.oid = x.dbid
                WHERE datname = current_database() AND starts_with(gid, 'gx_')
                """)) {
      while (rows.next()) {
        Duration age = Duration.ofMillis(rows.getLong(2));
        GlobalTransaction.parse(rows.getString(1)).ifPresent(t -> found.put(t, age));
      }
    }
    return found;
  }

  @Override
  public List<UserTransaction> userTransactions() throws SQLException {
    List<UserTransaction> found = new ArrayList<>();
    try (PreparedStatement statement =
            prepared("SELECT gid FROM pg_prepared_xact() WHERE starts_with(gid, 'gp_')");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        UserTransaction.parse(rows.getString(1)).ifPresent(found::add);
      }
    }
    return found;
  }

  @Override
  public List<UserRecord> userRecords() throws SQLException {
    List<UserRecord> found = new ArrayList<>();
    String sql =
        """
        SELECT gxid, coordinator, epoch, nodes, last_nodes, is_commit, decider, decider_epoch
        FROM drover.prepared
        """;
    try (PreparedStatement statement = prepared(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(userRecord(rows));
      }
    }
    return found;
  }

  private static UserRecord userRecord(ResultSet rows) throws SQLException {
    UserTransaction transaction =
        new UserTransaction(new CoordinatorLife(rows.getInt(2), rows.getLong(3)), rows.getLong(1));
    boolean isCommit = rows.getBoolean(6);
    Optional<UserRecord.Verdict> verdict =
        rows.wasNull()
            ? Optional.empty()
            : Optional.of(
                new UserRecord.Verdict(
                    isCommit, new CoordinatorLife(rows.getInt(7), rows.getLong(8))));
    return new UserRecord(transaction, integers(rows, 4), integers(rows, 5), verdict);
  }

  private static List<Integer> integers(ResultSet rows, int column) throws SQLException {
    return List.of((Integer[]) rows.getArray(column).getArray());
  }

  @Override
  public boolean isPrepared(String gid) throws SQLException {
    return bool("SELECT EXISTS (SELECT FROM pg_prepared_xact() WHERE gid = ?)", gid);
  }

  @Override
  public void forget(UserTransaction transaction) throws SQLException {
    run("DELETE FROM drover.prepared WHERE gxid = ?", transaction.gxid());
  }

  @Override
  public void fence(CoordinatorLife life) throws SQLException {
    run("SELECT drover.fence(?, ?)", life.id(), life.epoch() + 1);
  }

  @Override
  public boolean hasEvicted(CoordinatorLife life) throws SQLException {
    return bool("SELECT drover.evict(?, ?) = 0", life.id(), life.epoch() + 1);
  }

  @Override
  public ParticipantState state(GlobalTransaction transaction, Participant participant)
      throws SQLException {
    String sql =
        """
        SELECT EXISTS (SELECT FROM pg_prepared_xact() WHERE gid = ?),
               EXISTS (SELECT FROM drover.gx WHERE gxid = ? AND connection = ?),
               EXISTS (SELECT FROM drover.gx WHERE gxid = ? AND connection = ?
                       AND starts_with(encode(nonce_hash, 'hex'), ?))
        """;
    int part = participant.isMetadata() ? 1 : 0;
    Object[] arguments = {
      transaction.gid(participant),
      transaction.gxid(),
      part,
      transaction.gxid(),
      part,
      transaction.hash()
    };
    try (PreparedStatement statement = prepared(sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      if (rows.getBoolean(1)) {
        return ParticipantState.PREPARED;
      }
      if (rows.getBoolean(3)) {
        return ParticipantState.COMMITTED;
      }
      return rows.getBoolean(2) ? ParticipantState.EXCLUDED : ParticipantState.ABSENT;
    }
  }

  @Override
  public boolean putTombstone(GlobalTransaction transaction, Participant participant)
      throws SQLException {
    try {
      run(
          "INSERT INTO drover.gx (gxid, connection) VALUES (?, ?)",
          transaction.gxid(),
          participant.isMetadata() ? 1 : 0);
      return true;
    } catch (SQLException e) {
      return orFalse(e, List.of(UNIQUE_VIOLATION, LOCK_NOT_AVAILABLE));
    }
  }

  @Override
  public boolean finish(String gid, boolean isCommit) throws SQLException {
    String verb = isCommit ? "COMMIT" : "ROLLBACK";
    try {
      execute("%s PREPARED '%s'".formatted(verb, gid));
      return true;
    } catch (SQLException e) {
      return orFalse(e, List.of(NO_SUCH_PREPARED_TRANSACTION));
    }
  }

  @Override
  public void forgetEndedSessions() throws SQLException {
    run("SELECT drover.forget_sessions()");
  }

  @Override
  public List<Long> recordedGxids(int limit) throws SQLException {
    List<Long> gxids = new ArrayList<>();
    try (PreparedStatement statement =
            prepared("SELECT DISTINCT gxid FROM drover.gx ORDER BY gxid LIMIT ?", limit);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        gxids.add(rows.getLong(1));
      }
    }
    return gxids;
  }

  @Override
  public void deleteRecords(List<Long> gxids) throws SQLException {
    execute("SET synchronous_commit = off");
    try {
      Object array = connection.createArrayOf("bigint", gxids.toArray());
      try (PreparedStatement statement =
          prepared("DELETE FROM drover.gx WHERE gxid = ANY (?)", array)) {
        statement.executeUpdate();
      }
    } finally {
      execute("SET synchronous_commit = on");
    }
  }

  @Override
  public void showInDoubt(List<InDoubt> seen) throws SQLException {
    String rows = seen.stream().flatMap(d -> d.rows().stream()).collect(joining(", "));
    String insert = rows.isEmpty() ? "" : "; INSERT INTO drover.in_doubt_seen VALUES " + rows;
    execute("DELETE FROM drover.in_doubt_seen" + insert);
  }

  @Override
  public Optional<Boolean> resolution(GlobalTransaction transaction) throws SQLException {
    try (PreparedStatement statement =
            prepared("SELECT is_commit FROM drover.resolution WHERE gxid = ?", transaction.gxid());
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(rows.getBoolean(1)) : Optional.empty();
    }
  }

  @Override
  public void keepResolutions(Collection<Long> gxids) throws SQLException {
    Object array = connection.createArrayOf("bigint", gxids.toArray());
    run("DELETE FROM drover.resolution WHERE gxid <> ALL (?)", array);
  }

  private static boolean orFalse(SQLException failure, List<String> expected) throws SQLException {
    if (Optional.ofNullable(failure.getSQLState()).filter(expected::contains).isPresent()) {
      return false;
    }
    throw failure;
  }

  private boolean bool(String sql, Object... arguments) throws SQLException {
    try (PreparedStatement statement = prepared(sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  private void run(String sql, Object... arguments) throws SQLException {
    try (PreparedStatement statement = prepared(sql, arguments)) {
      statement.execute();
    }
  }

  private PreparedStatement prepared(String sql, Object... arguments) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
    return statement;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
