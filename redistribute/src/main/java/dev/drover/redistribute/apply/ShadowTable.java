package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.decode.ExactTexts;
import dev.drover.redistribute.decode.Position;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A table that nobody sees yet, on one node, and beside it how far it has got.
 *
 * <p>Threads: confined to one; blocks.
 */
public final class ShadowTable implements Target {
  private static final String LOST = "40001";
  private static final int CHUNK_BYTES = 1 << 16;

  private final Connection connection;
  private final Shape shape;
  private final LeavingRows leaving;

  /**
   * What it is.
   *
   * @param name qualified and quoted
   * @param owner quoted; his functions may be part of constraints and indexes, and run as him
   * @param columns quoted, those that rows are made of
   * @param filling if the table has others
   */
  public record Shape(
      Progress progress,
      String name,
      String owner,
      List<String> columns,
      Optional<Filling> filling) {
    public Shape {
      requireNonNull(progress);
      requireNonNull(name);
      requireNonNull(owner);
      columns = List.copyOf(columns);
      requireNonNull(filling);
    }
  }

  private ShadowTable(Connection connection, Shape shape) throws SQLException {
    this.connection = requireNonNull(connection);
    this.shape = requireNonNull(shape);
    this.leaving = new LeavingRows(connection, shape.name(), shape.columns(), shape.filling());
  }

  /**
   * The table on a server.
   *
   * @param connection of a superuser, in autocommit mode; its settings change
   * @param sources ids of the nodes whose changes come
   */
  public static ShadowTable of(Connection connection, Shape shape, Iterable<Integer> sources)
      throws SQLException {
    ExactTexts.set(connection);
    try (Statement statement = connection.createStatement()) {
      for (int source : sources) {
        statement.execute(
            "INSERT INTO %s VALUES (%s, %d, 0, 0) ON CONFLICT DO NOTHING"
                .formatted(shape.progress().table(), shape.progress().key(), source));
      }
      if (shape.filling().isPresent()) {
        statement.execute(shape.filling().get().open(shape.columns(), shape.owner()));
      }
    }
    return new ShadowTable(connection, shape);
  }

  @Override
  public Map<Integer, Position> progress() throws SQLException {
    Map<Integer, Position> positions = new HashMap<>();
    String sql =
        "SELECT source, commit_lsn, change FROM %s WHERE %s"
            .formatted(shape.progress().table(), shape.progress().condition());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        positions.put(row.getInt(1), new Position(row.getLong(2), row.getLong(3)));
      }
    }
    return positions;
  }

  @Override
  public void apply(Net net, Map<Integer, Position> from, Map<Integer, Position> to)
      throws SQLException {
    connection.setAutoCommit(false);
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      advance(statement, from, to);
      change(net, statement);
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  private void change(Net net, Statement statement) throws SQLException {
    String asOwner = "SET LOCAL ROLE " + shape.owner();
    if (shape.filling().isEmpty()) {
      statement.execute(asOwner);
      leaving.delete(net.leaving());
      insert(net.coming(), shape.name());
      return;
    }
    Filling filling = shape.filling().get();
    insert(net.coming(), Filling.STAGE);
    statement.execute(asOwner);
    statement.execute(filling.usePath());
    leaving.delete(net.leaving());
    statement.execute(filling.fill(shape.name()));
  }

  /** Whoever comes second finds another progress, after a wait for the first one's commit. */
  private void advance(Statement statement, Map<Integer, Position> from, Map<Integer, Position> to)
      throws SQLException {
    List<String> moved =
        to.entrySet().stream()
            .filter(e -> !e.getValue().equals(from.get(e.getKey())))
            .map(e -> values(e.getKey(), from.get(e.getKey()), e.getValue()))
            .toList();
    String sql =
        """
        UPDATE %s p SET commit_lsn = v.to_lsn, change = v.to_change \
        FROM (VALUES %s) v (source, from_lsn, from_change, to_lsn, to_change) WHERE %s \
        AND p.source = v.source AND p.commit_lsn = v.from_lsn AND p.change = v.from_change\
        """
            .formatted(
                shape.progress().table(), String.join(", ", moved), shape.progress().condition());
    if (statement.executeUpdate(sql) != moved.size()) {
      throw new SQLException("somebody else applies changes to " + shape.name(), LOST);
    }
  }

  private static String values(int source, Position from, Position to) {
    return "(%d, %d::bigint, %d::bigint, %d::bigint, %d::bigint)"
        .formatted(source, from.commitLsn(), from.change(), to.commitLsn(), to.change());
  }

  private void insert(List<Net.Rows> rows, String into) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY %s (%s) FROM STDIN".formatted(into, String.join(", ", shape.columns())));
    StringBuilder chunk = new StringBuilder();
    try {
      for (Net.Rows some : rows) {
        for (int i = 0; i < some.count(); i++) {
          CopyText.append(some.row(), chunk);
        }
        if (chunk.length() > CHUNK_BYTES) {
          send(chunk, copy);
        }
      }
      send(chunk, copy);
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void send(StringBuilder chunk, CopyIn copy) throws SQLException {
    byte[] bytes = chunk.toString().getBytes(StandardCharsets.UTF_8);
    chunk.setLength(0);
    copy.writeToCopy(bytes, 0, bytes.length);
  }
}
