package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.nodes.NodeJoin;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.SqlError;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where the rows of a kept cursor lie: a second cursor of the worker's connection, which moves with
 * it and has a node, a leaf and a place for each of its rows.
 *
 * <p>Each node has a cursor of that name too, older than the rows: while it is open, no version
 * that was seen is cleared away, so no place is given to another row.
 *
 * <p>Threads: immutable.
 *
 * @param cursor the second one's name
 * @param tableOid of the rows' table
 */
public record RowPlaces(String cursor, int tableOid, List<Integer> nodes) {
  private static final String PREFIX = "drover_place_";
  private static final List<FieldDescription> COLUMNS =
      List.of(
          FieldDescription.of("node", 23, -1),
          FieldDescription.of("leaf", 25, -1),
          FieldDescription.of("place", 27, -1));

  public RowPlaces {
    requireNonNull(cursor);
    nodes = List.copyOf(nodes);
  }

  /** {@code number} is not that of another one of the session. */
  public static RowPlaces of(long number, int tableOid, List<Integer> nodes) {
    return new RowPlaces(PREFIX + number, tableOid, nodes);
  }

  /** The columns of a query that tells places behind its own ones. */
  public static List<FieldDescription> behind(List<FieldDescription> own) {
    return Stream.concat(own.stream(), COLUMNS.stream()).toList();
  }

  private String quoted() {
    return OpenCursor.quoted(cursor);
  }

  /** {@code query} gives the three columns. */
  String declare(String query) {
    return "DECLARE " + quoted() + " SCROLL CURSOR WITH HOLD FOR " + query;
  }

  /** After the cursor itself has been moved or fetched from by this command. */
  String move(String fetch) {
    return fetch.substring(0, fetch.indexOf(" FROM ")).replaceFirst("FETCH", "MOVE")
        + " FROM "
        + quoted();
  }

  String current() {
    return "FETCH RELATIVE 0 FROM " + quoted();
  }

  public String close() {
    return "CLOSE " + quoted();
  }

  /** Before the rows are read, within their transaction. */
  public void hold(Transaction transaction, Runnable held, Consumer<SqlError> refused) {
    NodeJoin join =
        new NodeJoin(
            transaction,
            nodes,
            new NodeJoin.Listener() {
              @Override
              public void joined(List<Participant> participants) {
                String sql = "DECLARE " + quoted() + " CURSOR FOR SELECT 1";
                participants.forEach(p -> p.backend().query(sql, new QuietReply()));
                NodeJoin.flush(participants);
                held.run();
              }

              @Override
              public void refused(SqlError why) {
                refused.accept(why);
              }
            });
    join.start();
  }

  /** The cursor is closed, and its transaction goes on. */
  public void release(Transaction transaction) {
    for (int node : nodes) {
      transaction
          .find(node, false)
          .map(Participant::backend)
          .filter(backend -> backend.link().isOpen())
          .ifPresent(
              backend -> {
                backend.query(close(), new QuietReply());
                backend.link().flush();
              });
    }
  }
}
