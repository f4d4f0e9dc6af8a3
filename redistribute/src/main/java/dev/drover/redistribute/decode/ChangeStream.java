package dev.drover.redistribute.decode;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Changes as a replication slot sends them. The tables have a full replica identity, and their
 * publication leaves TRUNCATE out.
 *
 * <p>Threads: confined to one at a time.
 */
public final class ChangeStream implements ChangeSource {
  /** Who reads may be busy elsewhere for long; TCP notices who is gone. */
  private static final String PATIENT = "SET wal_sender_timeout = 0";

  private static final String PROTOCOL_VIOLATION = "08P01";

  private final Connection connection;
  private final PGReplicationStream stream;
  private final String slot;
  private final Columns columns;
  private final Map<Integer, Places> relations = new HashMap<>();
  private final Queue<Change> ready = new ArrayDeque<>();
  private long commitLsn;
  private long changes;

  /** What rows are made of. */
  @FunctionalInterface
  public interface Columns {
    /**
     * Quoted, in the order that rows of a table shall have.
     *
     * @param table qualified and quoted
     */
    List<String> of(String table);
  }

  /** Where the columns of a table stand in the messages' rows. */
  private record Places(String table, List<Integer> columns) {
    Places {
      columns = List.copyOf(columns);
    }
  }

  private ChangeStream(
      Connection connection, PGReplicationStream stream, String slot, Columns columns) {
    this.connection = connection;
    this.stream = stream;
    this.slot = slot;
    this.columns = requireNonNull(columns);
  }

  /**
   * Begins behind what was confirmed last.
   *
   * @param connection speaks the replication protocol; closed with the stream
   * @param slot also the publication's name
   */
  public static ChangeStream open(Connection connection, String slot, Columns columns)
      throws SQLException {
    requireNonNull(slot);
    try (Statement statement = connection.createStatement()) {
      statement.execute(PATIENT);
      for (String setting : ExactTexts.SETTINGS) {
        statement.execute(setting);
      }
    }
    PGReplicationStream stream =
        connection
            .unwrap(PGConnection.class)
            .getReplicationAPI()
            .replicationStream()
            .logical()
            .withSlotName(slot)
            .withSlotOption("proto_version", 1)
            .withSlotOption("publication_names", slot)
            .withSlotOption("messages", true)
            .start();
    return new ChangeStream(connection, stream, slot, columns);
  }

  /**
   * Writes a marker into a server's log, for who reads a replication slot; its commit is on disk
   * when this returns.
   */
  public static void mark(Connection server, String slot, String marker) throws SQLException {
    try (var emit = server.prepareStatement("SELECT pg_logical_emit_message(true, ?, ?)")) {
      emit.setString(1, slot);
      emit.setString(2, marker);
      emit.execute();
    }
  }

  @Override
  public Optional<Change> next() throws SQLException {
    while (ready.isEmpty()) {
      ByteBuffer message = stream.readPending();
      if (message == null) {
        return Optional.empty();
      }
      take(PgOutput.decode(message));
    }
    return Optional.of(ready.remove());
  }

  @Override
  public void confirm(long endLsn) throws SQLException {
    LogSequenceNumber end = LogSequenceNumber.valueOf(endLsn);
    stream.setFlushedLSN(end);
    stream.setAppliedLSN(end);
    stream.forceUpdateStatus();
  }

  private void take(LogicalMessage message) throws SQLException {
    switch (message) {
      case LogicalMessage.Begin begin -> {
        commitLsn = begin.commitLsn();
        changes = 0;
      }
      case LogicalMessage.Commit commit -> ready.add(new Change.Committed(commit.endLsn()));
      case LogicalMessage.Relation relation -> relations.put(relation.id(), places(relation));
      case LogicalMessage.Insert insert -> comes(insert.relation(), insert.row());
      case LogicalMessage.Update update -> {
        Tuple old = update.old().orElseThrow(ChangeStream::incomplete);
        goes(update.relation(), old);
        comes(update.relation(), update.row().completedBy(old));
      }
      case LogicalMessage.Delete delete -> goes(delete.relation(), delete.old());
      case LogicalMessage.Marker marker -> {
        if (marker.prefix().equals(slot)) {
          ready.add(new Change.Marked(marker.content()));
        }
      }
      case LogicalMessage.Truncate _ ->
          throw new SQLException("a table was truncated meanwhile", "55006");
      case LogicalMessage.Other _ -> {}
    }
  }

  private void comes(int relation, Tuple row) throws SQLException {
    Places places = places(relation);
    ready.add(new Change.Inserted(position(), places.table(), texts(places, row)));
  }

  private void goes(int relation, Tuple row) throws SQLException {
    Places places = places(relation);
    ready.add(new Change.Deleted(position(), places.table(), texts(places, row)));
  }

  private Position position() {
    changes++;
    return new Position(commitLsn, changes);
  }

  private Places places(LogicalMessage.Relation relation) throws SQLException {
    List<String> named = relation.columns().stream().map(SqlQuote::ident).toList();
    List<Integer> places = columns.of(relation.name()).stream().map(named::indexOf).toList();
    for (int place : places) {
      if (place < 0) {
        throw new SQLException("a table's columns were changed meanwhile", "55006");
      }
    }
    return new Places(relation.name(), places);
  }

  private Places places(int relation) throws SQLException {
    Places places = relations.get(relation);
    if (places == null) {
      throw new SQLException("a change of an unknown table", PROTOCOL_VIOLATION);
    }
    return places;
  }

  private static List<Optional<String>> texts(Places places, Tuple row) throws SQLException {
    if (!row.isComplete()) {
      throw incomplete();
    }
    List<Optional<String>> values = row.values();
    return places.columns().stream().map(values::get).toList();
  }

  private static SQLException incomplete() {
    return new SQLException(
        "a table's replica identity is not full: its old rows are unknown", "55000");
  }

  /** At once, also while the server sends or is gone; it notices that nobody listens. */
  @Override
  public void close() throws SQLException {
    connection.abort(Runnable::run);
  }
}
