package dev.drover.redistribute.copy;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.ddl.SqlQuote;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * Streams the rows of a table. Generated columns are computed anew; values that carry OIDs travel
 * as text.
 *
 * <p>Threads: blocks the caller's.
 *
 * @param columns quoted, with commas; empty when there are none
 */
public record TableStream(String columns, boolean isBinary) {
  /** Rows of a few bytes each would cost a packet each. */
  private static final int CHUNK_BYTES = 1 << 16;

  public TableStream {
    requireNonNull(columns);
  }

  /** Told of each chunk when it has been sent; what it throws ends the copy. */
  public interface Sent {
    void bytes(int count) throws SQLException;
  }

  /** {@code table} is qualified and quoted. */
  public static TableStream of(Connection server, String table) throws SQLException {
    String sql =
        "SELECT columns, is_binary FROM drover.copied_columns(%s::regclass)"
            .formatted(SqlQuote.literal(table));
    try (PreparedStatement select = server.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return new TableStream(row.getString(1), row.getBoolean(2));
    }
  }

  /** {@code " (a, b)"}, or nothing. */
  public String columnList() {
    return columns.isEmpty() ? "" : " (" + columns + ")";
  }

  /** Returns how many rows there were. */
  public long run(Connection from, String table, Connection to, String into, Sent sent)
      throws SQLException {
    CopyOut out = api(from).copyOut(copy(table, " TO STDOUT"));
    CopyIn in = api(to).copyIn(copy(into, " FROM STDIN"));
    try {
      stream(out, in, sent);
      return in.endCopy();
    } finally {
      end(in, out);
    }
  }

  private String copy(String table, String direction) {
    return "COPY " + table + columnList() + direction + (isBinary ? " WITH (FORMAT binary)" : "");
  }

  private static CopyManager api(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private static void stream(CopyOut out, CopyIn in, Sent sent) throws SQLException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK_BYTES);
    byte[] row = out.readFromCopy();
    while (row != null) {
      chunk.write(row, 0, row.length);
      if (chunk.size() >= CHUNK_BYTES) {
        send(chunk, in, sent);
      }
      row = out.readFromCopy();
    }
    send(chunk, in, sent);
  }

  private static void send(ByteArrayOutputStream chunk, CopyIn in, Sent sent) throws SQLException {
    byte[] bytes = chunk.toByteArray();
    chunk.reset();
    in.writeToCopy(bytes, 0, bytes.length);
    sent.bytes(bytes.length);
  }

  /** Who rolls back while a copy is under way waits for its end for ever. */
  private static void end(CopyIn in, CopyOut out) throws SQLException {
    try {
      if (in.isActive()) {
        in.cancelCopy();
      }
    } finally {
      if (out.isActive()) {
        out.cancelCopy();
      }
    }
  }
}
