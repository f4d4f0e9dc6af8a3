package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that no honest client sends: its connection ends, the others do not notice. */
@ExtendWith(EndpointsExtension.class)
class HostileInputTest {
  private static final long SEED = 20240229;
  private static final int GARBAGE_ROUNDS = 50;
  private static final int GARBAGE_BYTES = 300;
  private static final int CROWD = 200;
  private static final int CLAIMED_GIGABYTES = 0x7fffffff;

  private final Endpoint drover;
  private final BothServers servers;

  HostileInputTest(Endpoints endpoints) {
    drover = endpoints.drover();
    servers = new BothServers(endpoints);
  }

  @AfterEach
  void othersAreServedAsBefore() {
    try (WireClient client = WireClient.login(drover)) {
      assertThat(Transcript.of(client.query("SELECT 'alive'"))).contains("DataRow 'alive'");
    }
  }

  @Test
  void garbageInsteadOfAStartupEndsTheConnection() {
    Random random = new Random(SEED);
    for (int round = 0; round < GARBAGE_ROUNDS; round++) {
      byte[] garbage = new byte[1 + random.nextInt(GARBAGE_BYTES)];
      random.nextBytes(garbage);
      try (WireClient client = WireClient.open(drover)) {
        client.send(garbage);
        client.shutdownOutput();
        assertEnds(client);
      }
    }
  }

  @Test
  void anHttpRequestEndsTheConnection() {
    try (WireClient client = WireClient.open(drover)) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      assertEnds(client);
    }
  }

  @Test
  void aStartupOfImpossibleLengthEndsTheConnection() {
    for (int length : new int[] {0, 3, 7, -1, CLAIMED_GIGABYTES}) {
      try (WireClient client = WireClient.open(drover)) {
        client.send(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        client.shutdownOutput();
        assertEnds(client);
      }
    }
  }

  @Test
  void aStartupWithoutEndOfStringEndsTheConnection() {
    try (WireClient client = WireClient.open(drover)) {
      byte[] cut = WireClient.startup(drover);
      cut[cut.length - 1] = 'x';
      client.send(cut);
      client.shutdownOutput();
      assertEnds(client);
    }
  }

  @Test
  void garbageAfterTheLoginEndsTheConnection() {
    Random random = new Random(SEED);
    for (int round = 0; round < GARBAGE_ROUNDS; round++) {
      byte[] garbage = new byte[1 + random.nextInt(GARBAGE_BYTES)];
      random.nextBytes(garbage);
      try (WireClient client = WireClient.login(drover)) {
        client.send(garbage);
        client.shutdownOutput();
        assertEnds(client);
      }
    }
  }

  @Test
  void anUnknownMessageTypeIsNamed() {
    servers.agreeOn(
        client -> {
          client.send(Frontend.raw('y', Integer.BYTES, new byte[0]));
          return client.readToEnd();
        });
  }

  @Test
  void aMessageOfImpossibleLengthEndsTheConnection() {
    for (int length : new int[] {0, 3, -1, Integer.MIN_VALUE, CLAIMED_GIGABYTES}) {
      try (WireClient client = WireClient.login(drover)) {
        client.send(Frontend.raw('Q', length, "SELECT 1".getBytes(UTF_8)));
        client.shutdownOutput();
        assertEnds(client);
      }
    }
  }

  @Test
  void countsThatDoNotFitAreErrors() {
    byte[] manyParameters = {0, 0, 0, 0, 0x7f, (byte) 0xff, 0, 0};
    byte[] negative = {0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0};
    byte[] noTerminator = "SELECT 1".getBytes(UTF_8);
    for (byte[] body : List.of(manyParameters, negative, noTerminator)) {
      for (char type : new char[] {'B', 'P', 'D', 'E', 'C', 'F'}) {
        try (WireClient client = WireClient.login(drover)) {
          client.send(Frontend.raw(type, body.length + Integer.BYTES, body), Frontend.sync());
          client.shutdownOutput();
          assertThat(Transcript.of(client.readToEnd())).first().asString().startsWith("Error");
        }
      }
    }
  }

  @Test
  void aQueryWithoutEndOfStringIsAnError() {
    byte[] text = "SELECT 1".getBytes(UTF_8);
    servers.agreeOn(
        client -> client.exchange(1, Frontend.raw('Q', text.length + Integer.BYTES, text)));
  }

  @Test
  void invalidUtf8IsAnError() {
    byte[] text = {'S', 'E', 'L', 'E', 'C', 'T', ' ', '\'', (byte) 0xc3, '\'', 0};
    servers.agreeOn(
        client -> client.exchange(1, Frontend.raw('Q', text.length + Integer.BYTES, text)));
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAMessageIsForgotten() {
    for (int bytes = 1; bytes < 12; bytes++) {
      try (WireClient client = WireClient.login(drover)) {
        byte[] query = Frontend.query("SELECT 1");
        client.send(Arrays.copyOf(query, bytes));
      }
    }
  }

  @Test
  void aClientThatLeavesInATransactionReleasesItsLocks() {
    servers.execute("CREATE TABLE left_behind (id int PRIMARY KEY, v int) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO left_behind SELECT g, 0 FROM generate_series(1, 9) g");
    try (WireClient client = WireClient.login(drover)) {
      client.query("BEGIN; UPDATE left_behind SET v = 1");
    }
    try (WireClient client = WireClient.login(drover)) {
      assertThat(Transcript.of(client.query("UPDATE left_behind SET v = v + 1 RETURNING v")))
          .contains("DataRow '1'", "CommandComplete UPDATE 9");
    }
    servers.execute("DROP TABLE left_behind");
  }

  /** Its writes on all nodes are undone, whatever it was doing when its connection went wrong. */
  @ParameterizedTest
  @EnumSource
  void aSessionThatFailsWhileItWritesLeavesNothing(Writing writing) {
    servers.execute("CREATE TABLE undone (id int PRIMARY KEY, v int) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO undone SELECT g, 0 FROM generate_series(1, 9) g");
    servers.agreeOn(
        client -> {
          writing.begin(client);
          client.send(Frontend.raw('y', Integer.BYTES, new byte[0]));
          assertThat(client.readToEnd().getLast().sqlState()).isEqualTo("08P01");
          return List.of();
        });
    servers.agreeOn(client -> client.query("UPDATE undone SET v = v + 1"));
    servers.agreeOn(client -> client.query("SELECT count(*), min(v), max(v) FROM undone"));
    servers.execute("DROP TABLE undone");
  }

  /** What a session is doing, up to the last message that is read. */
  enum Writing {
    BLOCK {
      @Override
      void begin(WireClient client) {
        client.query("BEGIN; UPDATE undone SET v = v + 10");
      }
    },
    FAILED_BLOCK {
      @Override
      void begin(WireClient client) {
        client.query("BEGIN; UPDATE undone SET v = v + 10");
        client.query("SELECT 1/0");
      }
    },
    UNIT_WITHOUT_SYNC {
      @Override
      void begin(WireClient client) {
        client.send(
            Frontend.parse("", "UPDATE undone SET v = v + 10"),
            Frontend.bind("", ""),
            Frontend.execute("", 0),
            Frontend.flush());
        client.readUntil("C");
      }
    },
    COPY_AFTER_WRITES {
      @Override
      void begin(WireClient client) {
        client.query("BEGIN; UPDATE undone SET v = v + 10");
        client.send(Frontend.query("COPY undone FROM STDIN"));
        client.readUntil("G");
        client.send(Frontend.copyData("10\t0\n11\t0\n12\t0\n"));
      }
    };

    abstract void begin(WireClient client);
  }

  @Test
  void nestingBeyondMeasureIsAnErrorAndNotACrash() {
    for (String open : List.of("(", "-(", "NOT (", "ARRAY[")) {
      int depth = 100_000;
      String close = open.endsWith("[") ? "]" : ")";
      try (WireClient client = WireClient.login(drover)) {
        List<Message> reply =
            client.query("SELECT " + open.repeat(depth) + "1" + close.repeat(depth));
        assertThat(Transcript.error(reply)).isPresent();
        assertThat(reply.getLast().type()).isEqualTo('Z');
      }
    }
  }

  @Test
  void aCrowdThatConnectsAtOnceIsServed() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<String>>> clients = new ArrayList<>();
      for (int i = 0; i < CROWD; i++) {
        String sql = "SELECT " + i;
        clients.add(() -> queryOnce(sql));
      }
      List<Future<List<String>>> replies = threads.invokeAll(clients);
      for (int i = 0; i < CROWD; i++) {
        assertThat(replies.get(i).get()).contains("DataRow '" + i + "'");
      }
    }
  }

  private List<String> queryOnce(String sql) {
    try (WireClient client = WireClient.login(drover)) {
      return Transcript.of(client.query(sql));
    }
  }

  /** The server says at most what is wrong, then closes; it neither hangs nor carries on. */
  private static void assertEnds(WireClient client) {
    assertThat(Transcript.of(client.readToEnd()))
        .allSatisfy(
            line -> assertThat(line).matches("(?s)(Authentication|Error|Notice|ReadyForQuery).*"));
  }
}
