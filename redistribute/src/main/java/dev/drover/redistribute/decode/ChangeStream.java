package dev.drover.redistribute.decode;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Arrays;
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
  /** Of the markers; the content is anything. */
  private static final String MARKER_PREFIX = "drover";

  /** Who reads may be busy elsewhere for long; TCP notices who is gone. */
  private static final String PATIENT = "SET wal_sender_timeout = 0";

  private static final String PROTOCOL_VIOLATION = "08P01";

  private final Connection connection;
  private final PGReplicationStream stream;
  private final List<String> columns;
  private final Map<Integer, int[]> columnsOfRelation = new HashMap<>();
  private final Queue<Change> ready = new ArrayDeque<>();
  private long commitLsn;
  private long changes;

  private ChangeStream(Connection connection, PGReplicationStream stream, List<String> columns) {
    this.connection = connection;
    this.stream = stream;
    this.columns = List.copyOf(columns);
  }

  /**
   * Begins behind what was confirmed last.
   *
   * @param connection speaks the replication protocol; closed with the stream
   * @param slot also the publication's name
   * @param columns quoted, in the order that rows shall have
   */
  public static ChangeStream open(Connection connection, String slot, List<String> columns)
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
    return new ChangeStream(connection, stream, columns);
  }

  /** Writes a marker into a server's log; its commit is on disk when this returns. */
  public static void mark(Connection server, String marker) throws SQLException {
    try (var emit = server.prepareStatement("SELECT pg_logical_emit_message(true, ?, ?)")) {
      emit.setString(1, MARKER_PREFIX);
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
      case LogicalMessage.Relation relation ->
          columnsOfRelation.put(relation.id(), places(relation));
      case LogicalMessage.Insert insert -> comes(insert.relation(), insert.row());
      case LogicalMessage.Update update -> {
        Tuple old = update.old().orElseThrow(ChangeStream::incomplete);
        goes(update.relation(), old);
        comes(update.relation(), update.row().completedBy(old));
      }
      case LogicalMessage.Delete delete -> goes(delete.relation(), delete.old());
      case LogicalMessage.Marker marker -> {
        if (marker.prefix().equals(MARKER_PREFIX)) {
          ready.add(new Change.Marked(marker.content()));
        }
      }
      case LogicalMessage.Truncate _ ->
          throw new SQLException("a table was truncated meanwhile", "55006");
      case LogicalMessage.Other _ -> {}
    }
  }

  private void comes(int relation, Tuple row) throws SQLException {
    ready.add(new Change.Inserted(position(), texts(relation, row)));
  }

  private void goes(int relation, Tuple row) throws SQLException {
    ready.add(new Change.Deleted(position(), texts(relation, row)));
  }

  private Position position() {
    changes++;
    return new Position(commitLsn, changes);
  }

  /** Where the columns stand in the messages' rows. */
  private int[] places(LogicalMessage.Relation relation) throws SQLException {
    List<String> named = relation.columns().stream().map(SqlQuote::ident).toList();
    int[] places = columns.stream().mapToInt(named::indexOf).toArray();
    for (int place : places) {
      if (place < 0) {
        throw new SQLException("a table's columns were changed meanwhile", "55006");
      }
    }
    return places;
  }

  private List<Optional<String>> texts(int relation, Tuple row) throws SQLException {
    if (!row.isComplete()) {
      throw incomplete();
    }
    int[] places = columnsOfRelation.get(relation);
    if (places == null) {
      throw new SQLException("a change of an unknown table", PROTOCOL_VIOLATION);
    }
    List<Optional<String>> values = row.values();
    return Arrays.stream(places).mapToObj(values::get).toList();
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
