package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OIDs within binary values are those that the client finds in the catalogs, or are refused. */
@ExtendWith(EndpointsExtension.class)
class BinaryOidsTest {
  private static final List<Integer> BINARY = List.of(1);
  private static final int INT4 = 23;

  private final Endpoint drover;

  BinaryOidsTest(Endpoints endpoints) {
    drover = endpoints.drover();
  }

  @BeforeEach
  void types() {
    execute("CREATE TYPE shade AS ENUM ('light', 'dark')");
    execute("CREATE TYPE spot AS (n int, s shade, all_of shade[])");
    execute(
        "CREATE TABLE spots (id int PRIMARY KEY, one spot, many spot[], shades shade[],"
            + " kind regtype DEFAULT 'int4')"
            + " DISTRIBUTE BY HASH (id)");
    execute(
        "INSERT INTO spots (id, one, many, shades) SELECT g, ROW(g, 'dark', '{light,dark}')::spot,"
            + " ARRAY[ROW(g, NULL, '{dark}')::spot], '{light,NULL}' FROM generate_series(1, 20) g");
  }

  @AfterEach
  void dropped() {
    execute("DROP TABLE spots");
    execute("DROP TYPE spot, shade");
  }

  @Test
  void arraysNameTheTypeOfTheirElements() {
    for (String where : List.of("WHERE id = 3", "ORDER BY id LIMIT 5", "")) {
      List<ByteBuffer> rows = binary("SELECT shades FROM spots " + where, 0);
      assertThat(rows).isNotEmpty().allMatch(r -> r.getInt(8) == oid("shade"));
    }
  }

  @Test
  void rowsNameTheTypesOfTheirFields() {
    for (String where : List.of("WHERE id = 3", "ORDER BY id", "")) {
      List<ByteBuffer> rows = binary("SELECT one FROM spots " + where, 0);
      assertThat(rows).isNotEmpty().allSatisfy(r -> isSpot(r, true));
    }
  }

  @Test
  void arraysOfRowsAreFollowedToTheirEnd() {
    List<ByteBuffer> rows = binary("SELECT many FROM spots", 0);
    assertThat(rows).hasSize(20);
    for (ByteBuffer row : rows) {
      assertThat(row.getInt(8)).isEqualTo(oid("spot"));
      int element = 3 * Integer.BYTES + 2 * Integer.BYTES + Integer.BYTES;
      isSpot(row.slice(element, row.capacity() - element), false);
    }
  }

  @Test
  void aRowLimitChangesNothing() {
    List<ByteBuffer> rows = binary("SELECT shades FROM spots", 7);
    assertThat(rows).hasSize(7).allMatch(r -> r.getInt(8) == oid("shade"));
  }

  @Test
  void returnedRowsNameThemToo() {
    List<ByteBuffer> rows = binary("UPDATE spots SET id = id RETURNING one", 0);
    assertThat(rows).isNotEmpty().allSatisfy(r -> isSpot(r, true));
  }

  @Test
  void rowsWithoutATypeAreRefusedOnlyForTypesOfTheUser() {
    assertThat(binary("SELECT (id, 'x'::text) FROM spots WHERE id = 1", 0)).hasSize(1);
    assertThat(error("SELECT ROW(id, shades[1]) FROM spots WHERE id = 1")).isEqualTo("0A000");
  }

  @Test
  void aNameOfAnObjectIsTheCatalogsOrRefused() {
    ByteBuffer expected = binary("SELECT oid FROM pg_class WHERE relname = 'spots'", 0).getFirst();
    assertThat(binary("SELECT 'spots'::regclass", 0)).containsExactly(expected);
    assertThat(error("SELECT 'spots'::regclass FROM spots WHERE id = 1")).isEqualTo("0A000");
    execute("UPDATE spots SET kind = 'shade' WHERE id = 2");
    assertThat(error("SELECT kind FROM spots WHERE id = 2")).isEqualTo("0A000");
    assertThat(binary("SELECT kind FROM spots WHERE id = 1", 0))
        .containsExactly(ByteBuffer.allocate(Integer.BYTES).putInt(0, INT4));
  }

  @Test
  void aParameterWithOidsOfTheUserIsRefused() {
    byte[] value =
        ByteBuffer.allocate(5 * Integer.BYTES + Integer.BYTES + "dark".length())
            .putInt(1)
            .putInt(0)
            .putInt(oid("shade"))
            .putInt(1)
            .putInt(1)
            .putInt("dark".length())
            .put("dark".getBytes(UTF_8))
            .array();
    try (WireClient client = WireClient.login(drover)) {
      client.send(
          Frontend.parse("", "UPDATE spots SET shades = $1 WHERE id = 1", oid("_shade")),
          binaryBind(value),
          Frontend.execute("", 0),
          Frontend.sync());
      assertThat(Transcript.error(client.readUntil("Z")).map(Message::sqlState)).contains("0A000");
    }
  }

  /** One parameter and no result columns. */
  private static byte[] binaryBind(byte[] value) {
    int length = 2 + 4 * Short.BYTES + Integer.BYTES + value.length;
    byte[] body =
        ByteBuffer.allocate(length)
            .putShort((short) 0)
            .putShort((short) 1)
            .putShort((short) 1)
            .putShort((short) 1)
            .putInt(value.length)
            .put(value)
            .putShort((short) 0)
            .array();
    return Frontend.raw('B', Integer.BYTES + body.length, body);
  }

  private void isSpot(ByteBuffer row, boolean hasShade) {
    assertThat(row.getInt(0)).isEqualTo(3);
    assertThat(row.getInt(4)).isEqualTo(INT4);
    assertThat(row.getInt(16)).isEqualTo(oid("shade"));
    int last = 24 + (hasShade ? "dark".length() : 0);
    assertThat(row.getInt(last)).isEqualTo(oid("_shade"));
    assertThat(row.getInt(last + 2 * Integer.BYTES + 8)).isEqualTo(oid("shade"));
  }

  private int oid(String type) {
    try (WireClient client = WireClient.login(drover)) {
      List<Message> reply =
          client.query("SELECT oid FROM pg_catalog.pg_type WHERE typname = '" + type + "'");
      ByteBuffer value = rows(reply).getFirst();
      return Integer.parseInt(UTF_8.decode(value).toString());
    }
  }

  private List<ByteBuffer> binary(String sql, int limit) {
    List<Message> reply = run(sql, limit);
    assertThat(Transcript.error(reply)).isEmpty();
    return rows(reply);
  }

  private String error(String sql) {
    return Transcript.error(run(sql, 0)).orElseThrow().sqlState();
  }

  private List<Message> run(String sql, int limit) {
    try (WireClient client = WireClient.login(drover)) {
      client.send(
          Frontend.parse("", sql),
          Frontend.bind("", "", List.of(), BINARY),
          Frontend.execute("", limit),
          Frontend.sync());
      return client.readUntil("Z");
    }
  }

  private static List<ByteBuffer> rows(List<Message> reply) {
    return reply.stream()
        .filter(m -> m.type() == 'D')
        .map(m -> m.values().getFirst())
        .flatMap(Optional::stream)
        .map(ByteBuffer::slice)
        .toList();
  }

  private void execute(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      assertThat(Transcript.error(client.query(sql))).isEmpty();
    }
  }
}
