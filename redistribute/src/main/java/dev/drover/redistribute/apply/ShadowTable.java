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
  private final String table;
  private final String progress;
  private final String columnList;
  private final LeavingRows leaving;

  private ShadowTable(
      Connection connection, String table, String progress, String columnList, LeavingRows rows) {
    this.connection = connection;
    this.table = table;
    this.progress = progress;
    this.columnList = columnList;
    this.leaving = rows;
  }

  /**
   * What stands on the server.
   *
   * @param connection in autocommit mode; its settings change
   * @param table qualified and quoted
   * @param columns quoted, those that rows are made of
   * @param progress qualified and quoted; made if it is not there
   * @param sources ids of the nodes whose changes come
   */
  public static ShadowTable of(
      Connection connection,
      String table,
      List<String> columns,
      String progress,
      Iterable<Integer> sources)
      throws SQLException {
    ExactTexts.set(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS %s \
          (source integer PRIMARY KEY, commit_lsn bigint NOT NULL, change bigint NOT NULL)\
          """
              .formatted(progress));
      for (int source : sources) {
        statement.execute(
            "INSERT INTO %s VALUES (%d, 0, 0) ON CONFLICT DO NOTHING".formatted(progress, source));
      }
    }
    return new ShadowTable(
        requireNonNull(connection),
        table,
        progress,
        String.join(", ", columns),
        new LeavingRows(connection, table, columns));
  }

  @Override
  public Map<Integer, Position> progress() throws SQLException {
    Map<Integer, Position> positions = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT source, commit_lsn, change FROM " + progress)) {
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
    try {
      advance(from, to);
      leaving.delete(net.leaving());
      insert(net.coming());
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  /** Whoever comes second finds another progress, after a wait for the first one's commit. */
  private void advance(Map<Integer, Position> from, Map<Integer, Position> to) throws SQLException {
    List<String> moved =
        to.entrySet().stream()
            .filter(e -> !e.getValue().equals(from.get(e.getKey())))
            .map(e -> values(e.getKey(), from.get(e.getKey()), e.getValue()))
            .toList();
    String sql =
        """
        UPDATE %s p SET commit_lsn = v.to_lsn, change = v.to_change \
        FROM (VALUES %s) v (source, from_lsn, from_change, to_lsn, to_change) \
        WHERE p.source = v.source AND p.commit_lsn = v.from_lsn AND p.change = v.from_change\
        """
            .formatted(progress, String.join(", ", moved));
    try (Statement statement = connection.createStatement()) {
      if (statement.executeUpdate(sql) != moved.size()) {
        throw new SQLException("somebody else applies changes to " + table, LOST);
      }
    }
  }

  private static String values(int source, Position from, Position to) {
    return "(%d, %d::bigint, %d::bigint, %d::bigint, %d::bigint)"
        .formatted(source, from.commitLsn(), from.change(), to.commitLsn(), to.change());
  }

  private void insert(List<Net.Rows> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY %s (%s) FROM STDIN".formatted(table, columnList));
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
