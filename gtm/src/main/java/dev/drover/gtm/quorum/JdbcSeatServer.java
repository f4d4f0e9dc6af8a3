package dev.drover.gtm.quorum;

import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.seat.Ballot;
import dev.drover.gtm.seat.Seat;
import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatRequest;
import dev.drover.gtm.seat.Stored;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server with the table {@code drover.gtm_seat}, which has one row.
 *
 * <p>Each request is one statement that commits by itself; a condition that another transaction has
 * made false meanwhile is looked at again by PostgreSQL once it has the row's lock.
 *
 * <p>Source: PostgreSQL 15 manual, section 13.2.1.
 *
 * <p>Threads: thread-safe; the connection is confined to a thread of its own.
 */
public final class JdbcSeatServer implements SeatServer {
  private static final Logger log = LoggerFactory.getLogger(JdbcSeatServer.class);

  private static final int LIMIT_SECONDS = 1;
  private static final long CLOSE_SECONDS = 3;
  private static final String SUPERUSER = "drover";
  private static final String COLUMNS =
      "promised_term, promised_candidate, beat, vacant, term, candidate, version, state,"
          + " incarnation";
  private static final String LOOK = "SELECT " + COLUMNS + " FROM drover.gtm_seat";
  private static final String PROMISE =
      """
      UPDATE drover.gtm_seat SET promised_term = ?, promised_candidate = ?
      WHERE (promised_term, promised_candidate) < (?, ?) AND beat = ? RETURNING
      """
          + COLUMNS;
  private static final String ACCEPT =
      """
      UPDATE drover.gtm_seat SET promised_term = ?, promised_candidate = ?, beat = beat + 1,
        vacant = false, term = ?, candidate = ?, version = ?, state = ?
      WHERE (promised_term, promised_candidate) <= (?, ?)
        AND (term, candidate, version) <= (?, ?, ?) RETURNING
      """
          + COLUMNS;
  private static final String LEAVE =
      """
      UPDATE drover.gtm_seat SET vacant = true
      WHERE (promised_term, promised_candidate) = (?, ?) AND (term, candidate) = (?, ?)
      RETURNING
      """
          + COLUMNS;

  private final NodeAddress node;
  private final PGSimpleDataSource source = new PGSimpleDataSource();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("gtm-seat").factory());
  private Optional<Connection> connection = Optional.empty();

  /** With the password of the superuser {@code drover}. */
  public JdbcSeatServer(NodeAddress node, String database, String password) {
    this.node = node;
    source.setServerNames(new String[] {node.host()});
    source.setPortNumbers(new int[] {node.port()});
    source.setDatabaseName(database);
    source.setUser(SUPERUSER);
    source.setPassword(password);
    source.setApplicationName("drover gtm seat");
    source.setConnectTimeout(LIMIT_SECONDS);
    source.setLoginTimeout(LIMIT_SECONDS);
    source.setSocketTimeout(LIMIT_SECONDS);
    source.setPrepareThreshold(1);
    // A lease that a crash of the server took back would be no lease.
    source.setOptions("-c synchronous_commit=on -c statement_timeout=1000");
  }

  @Override
  public CompletableFuture<SeatAnswer> ask(SeatRequest request) {
    return CompletableFuture.supplyAsync(() -> answer(request), thread);
  }

  @Override
  public void close() {
    thread.execute(this::disconnect);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return node.node();
  }

  private SeatAnswer answer(SeatRequest request) {
    try {
      if (connection.isEmpty()) {
        connection = Optional.of(source.getConnection());
      }
      return answer(connection.get(), request);
    } catch (SQLException e) {
      disconnect();
      throw new CompletionException(e);
    }
  }

  private void disconnect() {
    try {
      if (connection.isPresent()) {
        connection.get().close();
      }
    } catch (SQLException e) {
      log.debug("event=gtm_seat_disconnect node={}", node.node(), e);
    } finally {
      connection = Optional.empty();
    }
  }

  private static SeatAnswer answer(Connection to, SeatRequest request) throws SQLException {
    Optional<Seat> done =
        switch (request) {
          case SeatRequest.Look() -> seat(to, LOOK);
          case SeatRequest.Promise(Ballot b, long beat) ->
              seat(to, PROMISE, b.term(), b.candidate(), b.term(), b.candidate(), beat);
          case SeatRequest.Accept(Stored stored) -> accept(to, stored);
          case SeatRequest.Leave(Ballot b) ->
              seat(to, LEAVE, b.term(), b.candidate(), b.term(), b.candidate());
        };
    if (done.isPresent()) {
      return new SeatAnswer(true, done.get());
    }
    Seat present = seat(to, LOOK).orElseThrow(() -> new SQLException("drover.gtm_seat has no row"));
    return new SeatAnswer(false, present);
  }

  private static Optional<Seat> accept(Connection to, Stored stored) throws SQLException {
    long term = stored.ballot().term();
    long candidate = stored.ballot().candidate();
    long version = stored.version();
    byte[] state = StateCodec.encode(stored.members(), stored.records());
    return seat(
        to, ACCEPT, term, candidate, term, candidate, version, state, term, candidate, term,
        candidate, version);
  }

  private static Optional<Seat> seat(Connection to, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = to.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(seat(row)) : Optional.empty();
      }
    }
  }

  private static Seat seat(ResultSet row) throws SQLException {
    return new Seat(
        row.getLong(9),
        new Ballot(row.getLong(1), row.getLong(2)),
        row.getLong(3),
        row.getBoolean(4),
        StateCodec.decode(
            new Ballot(row.getLong(5), row.getLong(6)), row.getLong(7), row.getBytes(8)));
  }
}
