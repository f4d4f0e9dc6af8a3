package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.copy.TableStream.Sent;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * Copies the rows of a table, each to where its new place is. All connections write and read exact
 * texts ({@link dev.drover.redistribute.decode.ExactTexts}).
 *
 * <p>Threads: blocks the caller's.
 *
 * @param columns quoted, in the order that {@code route} knows
 */
public record ReroutedCopy(List<String> columns, RowRoute route) {
  /** Rows of a few bytes each would cost a packet each. */
  private static final int CHUNK_BYTES = 1 << 16;

  public ReroutedCopy {
    columns = List.copyOf(columns);
    requireNonNull(route);
  }

  /** One server's end of the copy. */
  private record Into(CopyIn copy, ByteArrayOutputStream chunk) {
    int flush() throws SQLException {
      byte[] bytes = chunk.toByteArray();
      chunk.reset();
      copy.writeToCopy(bytes, 0, bytes.length);
      return bytes.length;
    }
  }

  /**
   * Returns how many rows there were.
   *
   * @param relation qualified and quoted, as {@code into}
   * @param targets by the ids that the route names
   */
  public long run(
      Connection source, String relation, Map<Integer, Connection> targets, String into, Sent sent)
      throws SQLException {
    String list = String.join(", ", columns);
    CopyOut out = api(source).copyOut("COPY %s (%s) TO STDOUT".formatted(relation, list));
    Map<Integer, Into> ends = new HashMap<>();
    try {
      for (Map.Entry<Integer, Connection> target : targets.entrySet()) {
        CopyIn copy =
            api(target.getValue()).copyIn("COPY %s (%s) FROM STDIN".formatted(into, list));
        ends.put(target.getKey(), new Into(copy, new ByteArrayOutputStream(2 * CHUNK_BYTES)));
      }
      long rows = stream(out, ends, sent);
      for (Into end : ends.values()) {
        sent.bytes(end.flush());
        end.copy().endCopy();
      }
      return rows;
    } finally {
      end(out, ends);
    }
  }

  private long stream(CopyOut out, Map<Integer, Into> ends, Sent sent) throws SQLException {
    long rows = 0;
    byte[] line = out.readFromCopy();
    while (line != null) {
      rows++;
      for (int node : route.nodes(CopyText.parse(line))) {
        Into end = ends.get(node);
        end.chunk().write(line, 0, line.length);
        if (end.chunk().size() >= CHUNK_BYTES) {
          sent.bytes(end.flush());
        }
      }
      line = out.readFromCopy();
    }
    return rows;
  }

  private static CopyManager api(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** Who rolls back while a copy is under way waits for its end for ever. */
  private static void end(CopyOut out, Map<Integer, Into> ends) throws SQLException {
    try {
      for (Into end : ends.values()) {
        if (end.copy().isActive()) {
          end.copy().cancelCopy();
        }
      }
    } finally {
      if (out.isActive()) {
        out.cancelCopy();
      }
    }
  }
}
