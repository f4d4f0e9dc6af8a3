package dev.drover.redistribute.move;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.job.JobControl;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Streams the rows of a slot from server to server, as of an exported snapshot.
 *
 * <p>Threads: confined to the move's thread.
 */
final class LeafCopy {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long REPORT_NANOS = 500_000_000;

  private final Move move;
  private final JobControl control;
  private final Throttle throttle;
  private long byteCount;
  private long rowCount;
  private long reported = System.nanoTime();

  LeafCopy(Move move, JobControl control) {
    this.move = move;
    this.control = control;
    this.throttle = new Throttle(control::bytesPerSecond, control::proceed);
  }

  private record Columns(String names, boolean isBinary) {}

  /** Fills the empty leaves of the target. */
  void run(List<MovedTable> tables, Link source, String snapshot, TargetSide target)
      throws SQLException {
    source.transaction(
        () -> {
          source.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
          source.run("SET TRANSACTION SNAPSHOT " + SqlQuote.literal(snapshot));
          total(tables, source);
          for (MovedTable table : tables) {
            target.as(table, () -> copy(table, source, target.link()));
          }
        });
    MoveStore.done(control.catalog(), move.id(), byteCount, rowCount);
  }

  private void total(List<MovedTable> tables, Link source) throws SQLException {
    long bytes = 0;
    long rows = 0;
    for (MovedTable table : tables) {
      String from = " FROM drover.copied_columns(" + SqlQuote.literal(table.leaf()) + "::regclass)";
      bytes += source.ask("SELECT bytes" + from).map(Long::parseLong).orElse(0L);
      rows += source.ask("SELECT row_count" + from).map(Long::parseLong).orElse(0L);
    }
    MoveStore.total(control.catalog(), move.id(), bytes, rows);
  }

  private static Columns columns(MovedTable table, Link source) throws SQLException {
    String sql =
        "SELECT columns, is_binary FROM drover.copied_columns(%s::regclass)"
            .formatted(SqlQuote.literal(table.leaf()));
    try (Statement statement = source.connection().createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Columns(row.getString(1), row.getBoolean(2));
    }
  }

  private void copy(MovedTable table, Link source, Link target) throws SQLException {
    Columns columns = columns(table, source);
    String format = columns.isBinary() ? " WITH (FORMAT binary)" : "";
    String list = columns.names().isEmpty() ? "" : " (" + columns.names() + ")";
    CopyOut out = api(source.connection(), "COPY " + table.leaf() + list + " TO STDOUT" + format);
    CopyIn in =
        target
            .connection()
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table.leaf() + list + " FROM STDIN" + format);
    try {
      stream(out, in);
      rowCount += in.endCopy();
    } finally {
      end(in, out);
    }
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

  private static CopyOut api(Connection connection, String sql) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
  }

  /** In chunks: rows of a few bytes each would cost a packet each. */
  private void stream(CopyOut out, CopyIn in) throws SQLException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK_BYTES);
    byte[] row = out.readFromCopy();
    while (row != null) {
      chunk.write(row, 0, row.length);
      if (chunk.size() >= CHUNK_BYTES) {
        send(chunk, in);
      }
      row = out.readFromCopy();
    }
    send(chunk, in);
  }

  private void send(ByteArrayOutputStream chunk, CopyIn in) throws SQLException {
    byte[] bytes = chunk.toByteArray();
    chunk.reset();
    in.writeToCopy(bytes, 0, bytes.length);
    byteCount += bytes.length;
    throttle.passed(bytes.length);
    if (System.nanoTime() - reported > REPORT_NANOS) {
      reported = System.nanoTime();
      MoveStore.done(control.catalog(), move.id(), byteCount, rowCount);
      control.proceed();
    }
  }
}
