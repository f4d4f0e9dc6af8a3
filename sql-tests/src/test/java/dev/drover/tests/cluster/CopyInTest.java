package dev.drover.tests.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** COPY FROM STDIN into distributed tables, and INSERT of the rows of a query. */
@ExtendWith(EndpointsExtension.class)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server distributes nothing")
class CopyInTest {
  private static final long HELD_BYTES = 96L << 20;
  private static final int LIMIT_SECONDS = 120;

  private final Sql sql;
  private final Connection connection;

  CopyInTest(Endpoints endpoints) throws SQLException {
    sql = new Sql(endpoints.drover());
    connection = endpoints.drover().connect();
  }

  @BeforeEach
  void createSchema() throws SQLException {
    sql.run("CREATE SCHEMA copy_in");
    execute("SET search_path = copy_in");
  }

  @AfterEach
  void dropSchema() throws SQLException {
    connection.close();
    sql.run("DROP SCHEMA copy_in CASCADE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HASH (id) | text",
        "HASH (id) | csv",
        "HASH (id) | binary",
        "HASH (v) | text",
        "HASH (id) TO NODE (dn1) | text",
        "HASH (id) TO NODE (dn1) | binary",
        "MODULO (id) | text",
        "MODULO (id) | binary",
        "REPLICATION | csv",
        "REPLICATION | binary",
        "ROUNDROBIN | text",
        "ROUNDROBIN | binary",
      })
  void rowsOfEveryFormatArriveInTablesOfEveryDistribution(String distribution, String format)
      throws SQLException, IOException {
    execute("CREATE TABLE t (id int, v text) DISTRIBUTE BY " + distribution);
    String source =
        "SELECT g, CASE g % 3 WHEN 0 THEN NULL WHEN 1 THEN E'a\\\\\\n\\t\"' || g ELSE 'é' || g END"
            + " FROM generate_series(1, 500) g";
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    copy().copyOut("COPY (" + source + ") TO STDOUT (FORMAT " + format + ")", rows);
    assertThat(
            copy()
                .copyIn(
                    "COPY t FROM STDIN (FORMAT " + format + ")",
                    new ByteArrayInputStream(rows.toByteArray())))
        .isEqualTo(500);
    String sum = "sum(id), md5(string_agg(id || coalesce(v, 'NULL'), ',' ORDER BY id))";
    assertThat(sql.value("SELECT (SELECT concat(" + sum + ") FROM copy_in.t)"))
        .isEqualTo(sql.value("SELECT concat(" + sum + ") FROM (" + source + ") s (id, v)"));
    assertThat(sql.column("SELECT id FROM copy_in.t WHERE id = 77")).containsExactly("77");
  }

  @Test
  void columnsThatAreNotListedGetTheirDefaults() throws SQLException, IOException {
    execute(
        "CREATE TABLE t (n serial, i int GENERATED ALWAYS AS IDENTITY, k int DEFAULT 7, v text,"
            + " r float8 DEFAULT random(), at timestamptz DEFAULT now(),"
            + " g int GENERATED ALWAYS AS (k + 1) STORED) DISTRIBUTE BY HASH (n)");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      rows.append("v").append(i).append('\n');
    }
    copyIn("COPY t (v) FROM STDIN", rows.toString());
    assertThat(
            sql.value(
                "SELECT concat_ws(' ', count(*), count(DISTINCT n), count(DISTINCT i), sum(k),"
                    + " count(DISTINCT at), sum(g), count(DISTINCT r) > 900) FROM copy_in.t"))
        .isEqualTo("1000 1000 1000 7000 1 8000 t");
    assertThat(sql.column("SELECT v FROM copy_in.t WHERE n = 1")).containsExactly("v0");
  }

  @Test
  void keysThatDependOnSettingsAreReadUnderTheSessionsOwn() throws SQLException, IOException {
    execute("CREATE TABLE t (day date, v text) DISTRIBUTE BY HASH (day)");
    execute("SET datestyle = 'ISO, DMY'");
    copyIn("COPY t FROM STDIN", "31/12/2020\ta\n01/02/2020\tb\n\\N\tc\n");
    assertThat(sql.column("SELECT v FROM copy_in.t WHERE day = '2020-02-01'")).containsExactly("b");
    ServerErrorMessage error = refusal("COPY t FROM STDIN", "01/02/2020\ta\n31/31/2020\tb\n");
    assertThat(error.getSQLState()).isEqualTo("22008");
    assertThat(error.getWhere()).isEqualTo("COPY t, line 2, column day: \"31/31/2020\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HASH (id)", "REPLICATION", "ROUNDROBIN"})
  void aBadRowIsNamedByTheClientsLineAndNothingIsKept(String distribution)
      throws SQLException, IOException {
    execute("CREATE TABLE t (id int, n int) DISTRIBUTE BY " + distribution);
    StringBuilder rows = new StringBuilder();
    for (int i = 1; i <= 100_000; i++) {
      rows.append(i).append('\t').append(i == 61_234 ? "x" : "1").append('\n');
    }
    ServerErrorMessage error = refusal("COPY t FROM STDIN", rows.toString());
    assertThat(error.getSQLState()).isEqualTo("22P02");
    assertThat(error.getWhere()).isEqualTo("COPY t, line 61234, column n: \"x\"");
    assertThat(sql.value("SELECT count(*) FROM copy_in.t")).isEqualTo("0");
    assertThat(copyIn("COPY t FROM STDIN", "1\t1\n")).isEqualTo(1);
  }

  @Test
  void theContextOfAnErrorShowsTheRowAsTheClientSentIt() throws SQLException {
    execute("CREATE TABLE t (n serial, v text, w text) DISTRIBUTE BY HASH (n)");
    ServerErrorMessage error = refusal("COPY t (v, w) FROM STDIN", "a\tb\nonly\n");
    assertThat(error.getMessage()).isEqualTo("missing data for column \"w\"");
    assertThat(error.getWhere()).isEqualTo("COPY t, line 2: \"only\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COPY t (id, nope) FROM STDIN | 42703",
        "COPY t (id, id) FROM STDIN | 42701",
        "COPY t FROM STDIN (FORMAT nope) | 22023",
        "COPY t FROM STDIN (FORMAT csv, DELIMITER ';', QUOTE ';') | 22023",
        "COPY t FROM STDIN (NOPE) | 42601",
        "COPY nope FROM STDIN | 42P01",
      })
  void aStatementThatCannotRunIsRefusedBeforeTheFirstRow(String statement, String state)
      throws SQLException {
    execute("CREATE TABLE t (id int, v text) DISTRIBUTE BY HASH (id)");
    PSQLException refused =
        catchThrowableOfType(PSQLException.class, () -> copy().copyIn(statement));
    assertThat(refused.getSQLState()).as(refused.toString()).isEqualTo(state);
    assertThat(sql.value("SELECT 1")).isEqualTo("1");
  }

  @Test
  void whatTheClientBreaksOffIsNotKept() throws SQLException {
    execute("CREATE TABLE t (id int) DISTRIBUTE BY HASH (id)");
    CopyIn running = copy().copyIn("COPY t FROM STDIN");
    byte[] rows = "1\n2\n3\n".getBytes(UTF_8);
    running.writeToCopy(rows, 0, rows.length);
    running.cancelCopy();
    assertThat(sql.value("SELECT count(*) FROM copy_in.t")).isEqualTo("0");
  }

  @Test
  void theTransactionDecidesAboutTheRows() throws SQLException, IOException {
    execute("CREATE TABLE t (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
    connection.setAutoCommit(false);
    copyIn("COPY t FROM STDIN", "1\n2\n3\n");
    connection.rollback();
    copyIn("COPY t FROM STDIN", "4\n5\n6\n");
    Savepoint savepoint = connection.setSavepoint();
    ServerErrorMessage error = refusal("COPY t FROM STDIN", "7\n5\n");
    assertThat(error.getSQLState()).isEqualTo("23505");
    connection.rollback(savepoint);
    copyIn("COPY t FROM STDIN", "8\n");
    connection.commit();
    assertThat(sql.column("SELECT id FROM copy_in.t ORDER BY id"))
        .containsExactly("4", "5", "6", "8");
  }

  @Test
  void aTableMadeInTheSameTransactionTakesRows() throws SQLException, IOException {
    connection.setAutoCommit(false);
    execute("CREATE TABLE t (id serial, v text) DISTRIBUTE BY HASH (id)");
    copyIn("COPY t (v) FROM STDIN (FREEZE)", "a\nb\n");
    connection.commit();
    assertThat(sql.column("SELECT v FROM copy_in.t ORDER BY v")).containsExactly("a", "b");
  }

  @Test
  void whereSelectsRows() throws SQLException, IOException {
    execute("CREATE TABLE t (id int) DISTRIBUTE BY HASH (id)");
    assertThat(copyIn("COPY t FROM STDIN WHERE id > 2", "1\n2\n3\n4\n")).isEqualTo(2);
    assertThat(sql.column("SELECT id FROM copy_in.t ORDER BY id")).containsExactly("3", "4");
  }

  @Test
  void temporaryTablesTakeRowsToo() throws SQLException, IOException {
    execute("CREATE TEMPORARY TABLE staged (id int, v text)");
    assertThat(copyIn("COPY staged FROM STDIN", "1\ta\n2\tb\n")).isEqualTo(2);
    ServerErrorMessage error = refusal("COPY staged FROM STDIN", "3\tc\nx\td\n");
    assertThat(error.getWhere()).isEqualTo("COPY staged, line 2, column id: \"x\"");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copy().copyOut("COPY staged TO STDOUT", out);
    assertThat(out.toString(UTF_8)).isEqualTo("1\ta\n2\tb\n");
  }

  /** The cluster runs in this JVM, so that its buffers can be counted here. */
  @Test
  @Timeout(LIMIT_SECONDS)
  void aMillionRowsPassThroughBoundedMemory() throws SQLException, IOException {
    execute("CREATE TABLE t (id int, v text) DISTRIBUTE BY HASH (id)");
    ManyRows rows = new ManyRows(1_000_000);
    assertThat(copy().copyIn("COPY t FROM STDIN", rows, 1 << 16)).isEqualTo(1_000_000);
    assertThat(rows.mostHeldBytes).isLessThan(HELD_BYTES);
    assertThat(sql.value("SELECT count(*) || ' ' || sum(id) FROM copy_in.t"))
        .isEqualTo("1000000 500000500000");
  }

  /** Both tables are on the same nodes: each connection is read and written in turn. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ON CONFLICT DO NOTHING"})
  @Timeout(LIMIT_SECONDS)
  void aLargeTableIsInsertedIntoAnotherOfTheSameNodes(String tail) throws SQLException {
    execute("CREATE TABLE a (id int, v text) DISTRIBUTE BY HASH (id)");
    execute("CREATE TABLE b (id int, v text) DISTRIBUTE BY HASH (v)");
    execute(
        "INSERT INTO a SELECT g, repeat('x', 200) || g || E'\\\\N\\t\\n'"
            + " FROM generate_series(1, 50000) g");
    execute("INSERT INTO b SELECT id, v FROM a" + tail);
    execute("INSERT INTO b SELECT -id, v FROM b" + tail);
    assertThat(
            sql.value(
                "SELECT concat_ws(' ', count(*), sum(id), count(DISTINCT v),"
                    + " min(right(v, 4)) = E'\\\\N\\t\\n') FROM copy_in.b"))
        .isEqualTo("100000 0 50000 t");
  }

  @Test
  void anErrorOfInsertedRowsSaysNothingOfCopy() throws SQLException {
    execute("CREATE TABLE a (id int) DISTRIBUTE BY ROUNDROBIN");
    execute("CREATE TABLE b (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
    execute("INSERT INTO a SELECT g % 100 FROM generate_series(1, 101) g");
    PSQLException refused =
        catchThrowableOfType(PSQLException.class, () -> execute("INSERT INTO b SELECT id FROM a"));
    assertThat(refused.getSQLState()).isEqualTo("23505");
    assertThat(refused.getServerErrorMessage().getWhere()).isNull();
    assertThat(sql.value("SELECT count(*) FROM copy_in.b")).isEqualTo("0");
  }

  private CopyManager copy() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private long copyIn(String statement, String rows) throws SQLException, IOException {
    return copy().copyIn(statement, new StringReader(rows));
  }

  private ServerErrorMessage refusal(String statement, String rows) {
    PSQLException refused =
        catchThrowableOfType(PSQLException.class, () -> copyIn(statement, rows));
    return refused.getServerErrorMessage();
  }

  private void execute(String statement) throws SQLException {
    try (Statement running = connection.createStatement()) {
      running.execute(statement);
    }
  }

  /** So many rows of about a hundred bytes; notes how much the cluster holds meanwhile. */
  private static final class ManyRows extends InputStream {
    private static final String FILL = "abcdefghijklmnopqrstuvwxyz".repeat(4);

    private final ByteBufAllocatorMetric memory =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    private final int count;
    private byte[] row = {};
    private int at;
    private int rows;
    private long mostHeldBytes;

    ManyRows(int count) {
      this.count = count;
    }

    @Override
    public int read() {
      if (at == row.length && !next()) {
        return -1;
      }
      return row[at++];
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int read = 0;
      while (read < length && (at < row.length || next())) {
        int part = Math.min(length - read, row.length - at);
        System.arraycopy(row, at, into, offset + read, part);
        at += part;
        read += part;
      }
      mostHeldBytes = Math.max(mostHeldBytes, memory.usedDirectMemory());
      return read == 0 ? -1 : read;
    }

    private boolean next() {
      if (rows == count) {
        return false;
      }
      rows++;
      row = (rows + "\t" + FILL + "\n").getBytes(UTF_8);
      at = 0;
      return true;
    }
  }
}
