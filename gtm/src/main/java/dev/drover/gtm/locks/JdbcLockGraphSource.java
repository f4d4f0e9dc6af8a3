package dev.drover.gtm.locks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.NodeAddress;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Asks PostgreSQL servers over JDBC, with one prepared statement per node.
 *
 * <p>Source: PostgreSQL 15 manual, sections 9.26 (pg_blocking_pids) and 54.12 (pg_locks). {@code
 * waitstart} is null for a moment after a wait begins; such a wait is left out and comes with the
 * next poll.
 *
 * <p>Threads: thread-safe; each question runs on a virtual thread of its own.
 */
public final class JdbcLockGraphSource implements LockGraphSource {
  private static final int MAX_NODES = 1024;
  private static final int CONNECTIONS_PER_NODE = 2;
  private static final long CONNECT_MILLIS = 1000;
  private static final long IDLE_MILLIS = 60_000;
  private static final int STATEMENT_MILLIS = 1000;
  private static final int SOCKET_SECONDS = 3;

  private static final String WAITS =
      """
      SELECT w.pid, w.started, b.pid
      FROM (SELECT l.pid, (extract(epoch FROM min(l.waitstart)) * 1000000)::int8 AS started
            FROM pg_catalog.pg_locks l
            WHERE NOT l.granted AND l.pid = ANY (?)
            GROUP BY l.pid) w,
           unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b(pid)
      WHERE w.started IS NOT NULL
      """;

  private final Credentials credentials;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SequencedMap<NodeAddress, HikariDataSource> pools =
      new LinkedHashMap<>(16, 0.75f, true);

  public JdbcLockGraphSource(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public CompletableFuture<List<LockWait>> lockWaits(NodePoll poll) {
    return CompletableFuture.supplyAsync(() -> ask(poll), threads);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    synchronized (pools) {
      pools.values().forEach(HikariDataSource::close);
      pools.clear();
    }
  }

  private List<LockWait> ask(NodePoll poll) {
    try (Connection connection = pool(poll.node()).getConnection();
        PreparedStatement statement = connection.prepareStatement(WAITS)) {
      Array pids = connection.createArrayOf("int4", poll.pids().toArray());
      statement.setArray(1, pids);
      return waits(poll.node().node(), statement);
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  private static List<LockWait> waits(String node, PreparedStatement statement)
      throws SQLException {
    Map<WaitName, List<Integer>> blockers = new LinkedHashMap<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        WaitName wait = new WaitName(rows.getInt(1), rows.getLong(2));
        blockers.computeIfAbsent(wait, _ -> new ArrayList<>()).add(rows.getInt(3));
      }
    }
    return blockers.entrySet().stream()
        .map(
            entry ->
                new LockWait(
                    new Backend(node, entry.getKey().pid()),
                    entry.getKey().startMicros(),
                    entry.getValue()))
        .toList();
  }

  /** The lock is held only to look up or configure a pool, never to connect. */
  private HikariDataSource pool(NodeAddress node) {
    synchronized (pools) {
      HikariDataSource pool = pools.computeIfAbsent(node, this::newPool);
      if (pools.size() > MAX_NODES) {
        pools.pollFirstEntry().getValue().close();
      }
      return pool;
    }
  }

  private HikariDataSource newPool(NodeAddress node) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("gtm-locks-" + node.node());
    config.setJdbcUrl(
        "jdbc:postgresql://" + node.host() + ":" + node.port() + "/" + credentials.database());
    config.setUsername(credentials.user());
    config.setPassword(credentials.password());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(CONNECTIONS_PER_NODE);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setIdleTimeout(IDLE_MILLIS);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", "drover gtm");
    config.addDataSourceProperty("prepareThreshold", "1");
    config.addDataSourceProperty("connectTimeout", SOCKET_SECONDS);
    config.addDataSourceProperty("socketTimeout", SOCKET_SECONDS);
    config.addDataSourceProperty("options", "-c statement_timeout=" + STATEMENT_MILLIS);
    return new HikariDataSource(config);
  }

  /** Who asks; any role may. */
  public record Credentials(String user, String password, String database) {
    @Override
    public String toString() {
      return user + "@" + database;
    }
  }

  private record WaitName(int pid, long startMicros) {}
}
