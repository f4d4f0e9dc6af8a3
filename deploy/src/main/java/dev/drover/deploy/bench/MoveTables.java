package dev.drover.deploy.bench;

import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * Tables that move together, with indexes, as single servers have them.
 *
 * <p>Threads: confined to one.
 */
final class MoveTables {
  static final String FIRST = "moved_accounts";
  static final String SECOND = "moved_notes";

  /** Has rows in one slot only. */
  private static final String LARGE = "moved_large";

  /** No fewer than slots: multiples of it have one remainder. */
  private static final int STEP = 1024;

  /** Rows of a few bytes each would cost a packet each. */
  private static final int CHUNK_BYTES = 1 << 16;

  /** Exists for the length of one copy. */
  private static final String PROBE = "drover_bench_probe";

  private final DroverCluster cluster;

  /** Part {@code slot} of a table on {@code node}. */
  record Leaf(String node, int slot, String name, String table) {}

  MoveTables(DroverCluster cluster) {
    this.cluster = cluster;
  }

  void create(Client client, int rows) throws SQLException {
    client.execute(
        "CREATE TABLE %s (id int PRIMARY KEY, kind int, balance bigint, filler char(84))%s"
            .formatted(FIRST, cluster.distributedBy("id")));
    client.execute("CREATE INDEX ON %s (kind)".formatted(FIRST));
    client.execute(
        "CREATE TABLE %s (id int, line int, note text, PRIMARY KEY (id, line))%s"
            .formatted(SECOND, cluster.distributedBy("id")));
    client.execute("CREATE INDEX ON %s (note)".formatted(SECOND));
    client.execute(
        "INSERT INTO %s SELECT g, g %% 100, 0, '' FROM generate_series(1, %d) g"
            .formatted(FIRST, rows));
    client.execute(
        "INSERT INTO %s SELECT g, l, 'note ' || g FROM generate_series(1, %d) g, generate_series(1, 2) l"
            .formatted(SECOND, rows));
    client.execute("VACUUM ANALYZE " + FIRST);
    client.execute("VACUUM ANALYZE " + SECOND);
  }

  /** A third table, all of whose rows are in one slot; which one. */
  int createLarge(Client client, int rows) throws SQLException {
    client.execute(
        "CREATE TABLE %s (id int PRIMARY KEY, kind int, note text) DISTRIBUTE BY MODULO (id)"
            .formatted(LARGE));
    client.execute("CREATE INDEX ON %s (kind)".formatted(LARGE));
    client.execute(
        "INSERT INTO %s SELECT g * %d, g %% 1000, 'note ' || md5(g::text) FROM generate_series(1, %d) g"
            .formatted(LARGE, STEP, rows));
    client.execute("VACUUM ANALYZE " + LARGE);
    for (Leaf leaf : leaves(client)) {
      if (leaf.table().equals(LARGE) && bytes(List.of(leaf)) >= rows) {
        return leaf.slot();
      }
    }
    throw new BenchException("no slot has the rows of " + LARGE);
  }

  void dropLarge(Client client) throws SQLException {
    client.execute("DROP TABLE " + LARGE);
  }

  List<Leaf> leaves(Client client) throws SQLException {
    List<Leaf> leaves = new ArrayList<>();
    try (Statement statement = client.connection().createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT node, slot, leaf, table_name FROM drover.shards WHERE table_name IN ('%s', '%s', '%s') ORDER BY slot, table_name"
                    .formatted(FIRST, SECOND, LARGE))) {
      while (row.next()) {
        leaves.add(new Leaf(row.getString(1), row.getInt(2), row.getString(3), row.getString(4)));
      }
    }
    return leaves;
  }

  /** Keys of the rows of a leaf of the first table. */
  int[] keys(Leaf leaf) throws SQLException {
    try (Connection server = cluster.server(leaf.node());
        Statement statement = server.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT coalesce(array_agg(id), '{}') FROM " + leaf.name())) {
      row.next();
      Integer[] keys = (Integer[]) row.getArray(1).getArray();
      return List.of(keys).stream().mapToInt(Integer::intValue).toArray();
    }
  }

  long bytes(List<Leaf> leaves) throws SQLException {
    long bytes = 0;
    for (Leaf leaf : leaves) {
      try (Connection server = cluster.server(leaf.node());
          Statement statement = server.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT pg_table_size('%s')".formatted(leaf.name()))) {
        row.next();
        bytes += row.getLong(1);
      }
    }
    return bytes;
  }

  /** Microseconds to copy leaves by nothing but COPY into tables that have the same indexes. */
  long barePipeMicros(List<Leaf> leaves, String target) throws SQLException {
    try (Connection from = cluster.server(leaves.getFirst().node());
        Connection to = cluster.server(target);
        Statement statement = to.createStatement()) {
      long micros = 0;
      for (Leaf leaf : leaves) {
        statement.execute("CREATE TABLE %s (LIKE %s INCLUDING ALL)".formatted(PROBE, leaf.table()));
        long began = System.nanoTime();
        pipe(from, leaf.name(), to);
        micros += TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
        statement.execute("DROP TABLE " + PROBE);
      }
      return micros;
    }
  }

  private static void pipe(Connection from, String leaf, Connection to) throws SQLException {
    CopyOut out = api(from).copyOut("COPY %s TO STDOUT (FORMAT binary)".formatted(leaf));
    CopyIn in = api(to).copyIn("COPY %s FROM STDIN (FORMAT binary)".formatted(PROBE));
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
      chunk.write(row, 0, row.length);
      if (chunk.size() >= CHUNK_BYTES) {
        in.writeToCopy(chunk.toByteArray(), 0, chunk.size());
        chunk.reset();
      }
    }
    in.writeToCopy(chunk.toByteArray(), 0, chunk.size());
    in.endCopy();
  }

  private static CopyManager api(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }
}
