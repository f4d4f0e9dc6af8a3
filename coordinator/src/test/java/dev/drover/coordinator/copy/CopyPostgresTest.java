package dev.drover.coordinator.copy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/**
 * The same bytes by one COPY into a plain table and through the router into the leaves of a
 * partitioned one: PostgreSQL refuses a row in a wrong leaf, and both tables must be equal.
 */
final class CopyPostgresTest {
  private static final int SLOTS = 7;
  private static final int NODES = 3;
  private static final List<String> COLUMNS = List.of("a", "b", "c");

  private static TemporaryServers servers;
  private static Connection connection;

  @BeforeAll
  static void startServer() throws SQLException {
    servers = TemporaryServers.open();
    connection = servers.start("copy").connect();
  }

  @AfterAll
  static void stopServer() throws SQLException {
    connection.close();
    servers.close();
  }

  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void theSameRowsArriveAsByOneCopy(CopyFormat format) throws SQLException, IOException {
    createTables("text", "b, c");
    Random random = new Random(3);
    Samples samples = new Samples(random);
    for (int round = 0; round < 60; round++) {
      CopyOptions options = samples.options(format);
      String lineEnd = samples.lineEnd();
      List<byte[]> rows = samples.encode(options, samples.rows(random.nextInt(60), 3), lineEnd);
      byte[] stream = samples.stream(options, rows, lineEnd);
      assertThat(plain(options, stream)).as("one COPY").isEmpty();
      assertThat(routed(options, samples.chunks(stream, 200), slots("text", List.of(1, 2))))
          .as("leaves")
          .isEmpty();
      assertEqualTables();
    }
  }

  /** Method: valid streams with some bytes changed, lost or doubled. */
  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void whatPostgresqlMakesOfDamagedStreamsWeMakeToo(CopyFormat format)
      throws SQLException, IOException {
    createTables("text", "b");
    Random random = new Random(5);
    Samples samples = new Samples(random);
    int accepted = 0;
    for (int round = 0; round < 150; round++) {
      CopyOptions options = samples.options(format);
      String lineEnd = samples.lineEnd();
      List<byte[]> rows = samples.encode(options, samples.rows(1 + random.nextInt(8), 3), lineEnd);
      byte[] stream = damaged(samples.stream(options, rows, lineEnd), random);
      Optional<String> error = plain(options, stream);
      Optional<String> ours =
          routed(options, samples.chunks(stream, 30), slots("text", List.of(1)));
      String shown = options + " " + new String(stream, ISO_8859_1);
      assertThat(ours.isPresent())
          .as("%s: %s / %s", shown, error, ours)
          .isEqualTo(error.isPresent());
      if (error.isEmpty()) {
        assertEqualTables();
        accepted++;
      }
    }
    assertThat(accepted).isPositive();
  }

  @Test
  void keysThatOnlyPostgresqlCanReadAreAskedFor() throws SQLException, IOException {
    createTables("date", "b");
    CopyOptions options = new Samples(new Random(1)).options(CopyFormat.CSV);
    CopyOptions comma = plainCsv(options);
    byte[] stream =
        "1,2020-01-05,x\n2,January 5 2020,y\n3,epoch,z\n4,,n\n5,infinity,i\n6,05.01.2020,k\n"
            .getBytes(UTF_8);
    assertThat(plain(comma, stream)).isEmpty();
    assertThat(routed(comma, List.of(Unpooled.wrappedBuffer(stream)), slots("date", List.of(1))))
        .isEmpty();
    assertEqualTables();
    assertThat(
            routed(
                comma,
                List.of(Unpooled.wrappedBuffer("1,no date,x\n".getBytes(UTF_8))),
                slots("date", List.of(1))))
        .hasValueSatisfying(
            message ->
                assertThat(message).contains("invalid input syntax for type date: \"no date\""));
  }

  private static CopyOptions plainCsv(CopyOptions options) {
    return new CopyOptions(
        CopyFormat.CSV,
        (byte) ',',
        "",
        (byte) '"',
        (byte) '"',
        CopyOptions.Header.NONE,
        options.defaultText(),
        options.encoding(),
        CopyOptions.Columns.NONE,
        CopyOptions.Columns.NONE);
  }

  private static byte[] damaged(byte[] stream, Random random) {
    byte[] marks = "\\.\n\r\t,;\"'N\0".getBytes(ISO_8859_1);
    List<Byte> bytes = new ArrayList<>();
    for (byte each : stream) {
      bytes.add(each);
    }
    int changes = random.nextInt(3);
    for (int i = 0; i < changes && !bytes.isEmpty(); i++) {
      int at = random.nextInt(bytes.size());
      switch (random.nextInt(3)) {
        case 0 -> bytes.remove(at);
        case 1 -> bytes.add(at, marks[random.nextInt(marks.length)]);
        default -> bytes.set(at, marks[random.nextInt(marks.length)]);
      }
    }
    byte[] result = new byte[bytes.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = bytes.get(i);
    }
    return result;
  }

  private static void createTables(String keyType, String key) throws SQLException {
    execute("DROP TABLE IF EXISTS plain, parted; DROP SCHEMA IF EXISTS leaves CASCADE");
    String columns = "(a text, b " + keyType + ", c text)";
    execute("CREATE SCHEMA leaves; CREATE TABLE plain " + columns);
    execute("CREATE TABLE parted " + columns + " PARTITION BY HASH (" + key + ")");
    for (int slot = 0; slot < SLOTS; slot++) {
      execute(
          "CREATE TABLE leaves.l%d PARTITION OF parted FOR VALUES WITH (MODULUS %d, REMAINDER %d)"
              .formatted(slot, SLOTS, slot));
    }
  }

  private static CopyTarget.Slots slots(String keyType, List<Integer> positions) {
    int[] nodeOfSlot = new int[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      nodeOfSlot[slot] = 1 + slot % NODES;
    }
    HashType type = keyType.equals("text") ? HashType.TEXT : HashType.DATE;
    List<CopyTarget.Key> keys =
        positions.stream()
            .map(
                position ->
                    new CopyTarget.Key(
                        new CopyTarget.Source.Field(position), type, RoutingHash.NO_TYPMOD))
            .toList();
    return new CopyTarget.Slots(ShardMap.of(1, nodeOfSlot), false, keys, true);
  }

  /** The error, if any. */
  private static Optional<String> plain(CopyOptions options, byte[] stream)
      throws SQLException, IOException {
    execute("TRUNCATE plain");
    return copy("plain", options, options.header() != CopyOptions.Header.NONE, stream);
  }

  private static Optional<String> routed(
      CopyOptions options, List<ByteBuf> chunks, CopyTarget.Slots target)
      throws SQLException, IOException {
    execute("TRUNCATE parted");
    RecordingSink sink = new RecordingSink();
    CopyConfig config = new CopyConfig(100, 1000, 300, 5000, 3, RowSplitter.MAX_ROW_BYTES);
    CopyPlan plan = CopyPlan.of(target, options, COLUMNS, false, config);
    try (CopyRouter router = CopyRouter.of(plan, sink, UnpooledByteBufAllocator.DEFAULT)) {
      for (ByteBuf chunk : chunks) {
        answer(router, router.feed(chunk));
      }
      assertThat(answer(router, router.complete())).isInstanceOf(CopyOutcome.Drained.class);
    } catch (SqlError e) {
      return Optional.of(e.getMessage());
    }
    for (RecordingSink.Copy copy : sink.copies()) {
      assertThat(copy.node()).isEqualTo(target.shards().nodeOf(copy.slot()));
      Optional<String> error = copy("leaves.l" + copy.slot(), options, false, copy.payload());
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  private static CopyOutcome answer(CopyRouter router, CopyOutcome first) throws SQLException {
    CopyOutcome outcome = first;
    while (outcome instanceof CopyOutcome.NeedValues(List<CopyOutcome.NeedValues.Row> rows)) {
      List<List<Optional<byte[]>>> answers = new ArrayList<>();
      for (CopyOutcome.NeedValues.Row row : rows) {
        answers.add(binaryForm(row.keys()));
      }
      outcome = router.values(answers);
    }
    return outcome;
  }

  private static List<Optional<byte[]>> binaryForm(List<Optional<byte[]>> keys) {
    List<Optional<byte[]>> values = new ArrayList<>();
    for (Optional<byte[]> key : keys) {
      String text = new String(key.orElseThrow(), UTF_8);
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT date_send($q$" + text + "$q$::date)")) {
        result.next();
        values.add(Optional.of(result.getBytes(1)));
      } catch (SQLException e) {
        return List.of();
      }
    }
    return values;
  }

  private static Optional<String> copy(
      String table, CopyOptions options, boolean header, byte[] stream)
      throws SQLException, IOException {
    StringBuilder text = new StringBuilder("COPY " + table + " (a, b, c) FROM STDIN (FORMAT ");
    text.append(options.format().name().toLowerCase(Locale.ROOT));
    if (options.format() != CopyFormat.BINARY) {
      text.append(", DELIMITER E'\\x").append(Integer.toHexString(options.delimiter()));
      text.append("', NULL $n$").append(options.nullText()).append("$n$");
    }
    if (options.format() == CopyFormat.CSV) {
      text.append(", QUOTE $q$").append((char) options.quote()).append("$q$");
      text.append(", ESCAPE $q$").append((char) options.escape()).append("$q$");
    }
    text.append(header ? ", HEADER)" : ")");
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(text.toString(), new ByteArrayInputStream(stream));
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static void assertEqualTables() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM plain), (SELECT count(*) FROM parted), (SELECT"
                    + " count(*) FROM (TABLE plain EXCEPT ALL TABLE parted) x)")) {
      result.next();
      assertThat(result.getLong(2)).as("rows").isEqualTo(result.getLong(1));
      assertThat(result.getLong(3)).as("rows that differ").isZero();
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
