package dev.drover.coordinator.statistics;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.ddl.DdlOperator;
import dev.drover.coordinator.metadata.JdbcQueries;
import dev.drover.coordinator.metadata.StoredStatistics;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.TableStatistics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the statistics of tables fresh: after ANALYZE and VACUUM at once, and every so often, since
 * the nodes analyze by themselves. Whichever coordinator is first collects from all nodes for all
 * coordinators; the others see that there is something new and read it from the catalog node.
 *
 * <p>A node that does not answer leaves the statistics of its tables as they are.
 *
 * <p>Threads: a virtual thread of its own; the methods are thread-safe.
 */
public final class StatisticsRefresher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatisticsRefresher.class);
  private static final long POLL_MILLIS = 2_000;
  private static final long SHORTEST_POLL_MILLIS = 100;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
  private static final int MAX_REQUESTS = 1_000;
  private static final String LIMITS =
      "SET lock_timeout = '1s'; SET statement_timeout = '20s'; SET max_parallel_workers_per_gather"
          + " = 0";
  private static final String RELATIONS = script("relations.sql");
  private static final String COLUMNS = script("columns.sql");

  /** Opens connections to datanodes as a superuser. */
  @FunctionalInterface
  public interface Nodes {
    Connection connect(Node node) throws SQLException;
  }

  private final CatalogCache catalog;
  private final DataSource catalogNode;
  private final Nodes nodes;
  private final Executor blocking;
  private final BlockingQueue<CompletableFuture<Void>> requests =
      new LinkedBlockingQueue<>(MAX_REQUESTS);
  private final Thread thread;
  private volatile boolean closed;
  private long readRound = -1;
  private long pollMillis = POLL_MILLIS;

  public StatisticsRefresher(
      CatalogCache catalog, DataSource catalogNode, Nodes nodes, Executor blocking) {
    this.catalog = catalog;
    this.catalogNode = catalogNode;
    this.nodes = nodes;
    this.blocking = blocking;
    this.thread = Thread.ofVirtual().name("statistics").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Complete when a collection that began after this call has been tried. */
  public CompletionStage<Void> request() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (closed || !requests.offer(done)) {
      done.complete(null);
    }
    return done;
  }

  private void run() {
    List<CompletableFuture<Void>> taken = new ArrayList<>();
    while (!closed) {
      try {
        CompletableFuture<Void> first = requests.poll(pollMillis, TimeUnit.MILLISECONDS);
        if (first != null) {
          taken.add(first);
          requests.drainTo(taken);
        }
        if (!closed) {
          round(!taken.isEmpty());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        closed = true;
      } catch (SQLException | RuntimeException e) {
        if (!closed) {
          LOG.warn("event=statistics_failed reason={}", e.getMessage());
        }
      } finally {
        taken.forEach(t -> t.complete(null));
        taken.clear();
      }
    }
    requests.forEach(r -> r.complete(null));
  }

  private void round(boolean requested) throws SQLException {
    try (Connection connection = catalogNode.getConnection()) {
      connection.setAutoCommit(false);
      try {
        round(new StatisticsStore(connection), requested);
      } finally {
        connection.rollback();
      }
    }
  }

  private void round(StatisticsStore store, boolean requested) throws SQLException {
    StatisticsStore.State state = store.state();
    pollMillis = Math.clamp(state.intervalMillis(), SHORTEST_POLL_MILLIS, POLL_MILLIS);
    if (state.intervalMillis() == 0) {
      pollMillis = POLL_MILLIS;
    }
    if (requested || state.due()) {
      collect(store, requested);
      state = store.state();
    }
    if (state.round() != readRound && catalog.isCurrent()) {
      apply(StoredStatistics.read(new JdbcQueries(store.connection())), state.round());
    }
  }

  /** A catalog that is just being read has old ones perhaps; then it is tried again. */
  private void apply(Map<Integer, TableStatistics> newest, long round) {
    if (catalog.statistics(newest)) {
      LOG.info("event=statistics_changed round={} tables={}", round, newest.size());
    }
    if (catalog.isCurrent()) {
      readRound = round;
    }
  }

  private void collect(StatisticsStore store, boolean requested) throws SQLException {
    if (!store.lock(requested) || !(requested || store.state().due())) {
      return;
    }
    CatalogSnapshot snapshot = catalog.view().snapshot();
    store.save(WholeTable.merge(snapshot, ask(snapshot)));
    store.connection().commit();
    if (store.lock(DdlOperator.LOCK, requested)) {
      store.show();
    }
    store.connection().commit();
  }

  private Map<Integer, NodeStatistics> ask(CatalogSnapshot snapshot) {
    Map<Integer, CompletableFuture<Optional<NodeStatistics>>> answers = new HashMap<>();
    for (Node node : snapshot.nodes()) {
      if (node.id() != Node.CATALOG_ID) {
        answers.put(node.id(), CompletableFuture.supplyAsync(() -> ask(node), blocking));
      }
    }
    Map<Integer, NodeStatistics> known = new HashMap<>();
    answers.forEach((id, answer) -> answer.join().ifPresent(a -> known.put(id, a)));
    return known;
  }

  private Optional<NodeStatistics> ask(Node node) {
    try (Connection connection = nodes.connect(node);
        Statement statement = connection.createStatement()) {
      statement.execute(LIMITS);
      return Optional.of(NodeStatistics.of(rows(statement, RELATIONS), rows(statement, COLUMNS)));
    } catch (SQLException e) {
      LOG.info("event=statistics_node_skipped node={} reason={}", node.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private static List<List<String>> rows(Statement statement, String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static String script(String file) {
    try (InputStream in = StatisticsRefresher.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("resource " + file + " is missing");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a collection that is under way, but not for long. */
  @Override
  public void close() {
    closed = true;
    requests.offer(new CompletableFuture<>());
    try {
      if (!thread.join(CLOSE_LIMIT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
