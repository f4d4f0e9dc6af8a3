package dev.drover.tests.wire;

import static dev.drover.tests.wire.Frontend.bind;
import static dev.drover.tests.wire.Frontend.copyData;
import static dev.drover.tests.wire.Frontend.copyDone;
import static dev.drover.tests.wire.Frontend.copyFail;
import static dev.drover.tests.wire.Frontend.execute;
import static dev.drover.tests.wire.Frontend.flush;
import static dev.drover.tests.wire.Frontend.parse;
import static dev.drover.tests.wire.Frontend.query;
import static dev.drover.tests.wire.Frontend.sync;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The copy sub-protocol: data cut anywhere, failures of either side, binary. */
@ExtendWith(EndpointsExtension.class)
class CopyTest {
  private static final String COPY_IN = "COPY copied FROM STDIN";
  private static final String COUNT = "SELECT count(*), sum(id) FROM copied";

  private final Endpoints endpoints;
  private final BothServers servers;

  CopyTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTable() {
    servers.execute("CREATE TABLE copied (id int PRIMARY KEY, v text) /*dist: HASH (id)*/");
  }

  @AfterEach
  void dropTable() {
    servers.execute("DROP TABLE copied");
  }

  @Test
  void rowsMayBeCutAnywhere() {
    List<String> lines =
        servers.agreeOn(
            client -> {
              List<Message> reply = start(client);
              String data = "1\tone\n2\ttwo\\nlines\n3\t\\N\n40\tforty\n";
              for (int i = 0; i < data.length(); i++) {
                client.send(copyData(data.substring(i, i + 1)));
              }
              client.send(copyDone());
              reply.addAll(client.readUntil("Z"));
              reply.addAll(client.query("SELECT * FROM copied ORDER BY id"));
              return reply;
            });
    assertThat(lines).contains("CommandComplete COPY 4", "DataRow '3', NULL");
  }

  @Test
  void theLastRowNeedsNoNewline() {
    servers.agreeOn(
        client -> {
          List<Message> reply = start(client);
          reply.addAll(client.exchange(1, copyData("1\ta\n2\tb"), copyDone()));
          reply.addAll(client.query(COUNT));
          return reply;
        });
  }

  @Test
  void aFailedCopyLeavesNothing() {
    servers.agreeOn(
        client -> {
          List<Message> reply = start(client);
          client.send(copyData("1\ta\n2\tb\n3\tc\n"));
          reply.addAll(client.exchange(1, copyFail("the client changed its mind")));
          reply.addAll(client.query(COUNT));
          return reply;
        });
  }

  @Test
  void whatFollowsABadRowIsSwallowed() {
    servers.agreeOn(
        client -> {
          List<Message> reply = start(client);
          client.send(copyData("1\ta\nbad\tb\n3\tc\n"));
          client.send(copyData("4\td\n"), copyDone(), query("SELECT 'next'"));
          reply.addAll(client.exchange(2));
          reply.addAll(client.query(COUNT));
          return reply;
        });
  }

  @Test
  void syncAndFlushAreIgnoredDuringCopyIn() {
    servers.agreeOn(
        client -> {
          List<Message> reply = start(client);
          reply.addAll(
              client.exchange(
                  1, copyData("1\ta\n"), sync(), flush(), copyData("2\tb\n"), copyDone()));
          reply.addAll(client.query(COUNT));
          return reply;
        });
  }

  @Test
  void aQueryDuringCopyInEndsTheConnection() {
    List<String> lines =
        servers.agreeOn(
            client -> {
              List<Message> reply = start(client);
              client.send(copyData("1\ta\n"), query("SELECT 1"));
              reply.addAll(client.readToEnd());
              return reply;
            });
    assertThat(lines).last().asString().contains("FATAL");
    servers.agreeOn(client -> client.query(COUNT));
  }

  @Test
  void copyRunsInTheExtendedProtocol() {
    servers.agreeOn(
        client -> {
          client.send(parse("", COPY_IN), bind("", ""), execute("", 0), flush());
          List<Message> reply = new ArrayList<>(client.readUntil("G"));
          reply.addAll(client.exchange(1, copyData("1\ta\n2\tb\n"), copyDone(), sync()));
          reply.addAll(
              client.exchange(
                  1, parse("", "COPY copied TO STDOUT"), bind("", ""), execute("", 0), sync()));
          return sorted(reply);
        });
  }

  @Test
  void copyStandsAmongOtherStatements() {
    servers.agreeOn(
        client -> {
          client.send(query("SELECT 1; " + COPY_IN + "; SELECT count(*) FROM copied"));
          List<Message> reply = new ArrayList<>(client.readUntil("G"));
          reply.addAll(client.exchange(1, copyData("1\ta\n2\tb\n"), copyDone()));
          return reply;
        });
  }

  @Test
  void copyBelongsToItsTransaction() {
    servers.agreeOn(
        client -> {
          List<Message> reply = client.query("BEGIN; INSERT INTO copied VALUES (100, 'x')");
          reply.addAll(start(client));
          reply.addAll(client.exchange(1, copyData("1\ta\n2\tb\n3\tc\n"), copyDone()));
          reply.addAll(client.query(COUNT));
          reply.addAll(start(client));
          reply.addAll(client.exchange(1, copyData("1\tdup\n"), copyDone()));
          reply.addAll(client.query("COMMIT"));
          reply.addAll(client.query(COUNT));
          return reply;
        });
  }

  @Test
  void binaryDataGoesInAndOut() {
    servers.agreeOn(
        client -> {
          client.send(query("COPY copied FROM STDIN (FORMAT binary)"));
          List<Message> reply = new ArrayList<>(client.readUntil("GE"));
          byte[] all = binaryRows(List.of(1, 2, 3, 50));
          int half = all.length / 2;
          reply.addAll(
              client.exchange(
                  1,
                  Frontend.copyBytes(ByteBuffer.wrap(all, 0, half)),
                  Frontend.copyBytes(ByteBuffer.wrap(all, half, all.length - half)),
                  copyDone()));
          reply.addAll(client.query("SELECT * FROM copied ORDER BY id"));
          reply.addAll(
              client.query("COPY (SELECT id FROM copied WHERE id = 2) TO STDOUT (FORMAT binary)"));
          return reply;
        });
  }

  @Test
  void manyRowsPassWithoutLoss() {
    int rows = 50_000;
    List<String> lines =
        servers.agreeOn(
            client -> {
              List<Message> reply = start(client);
              StringBuilder data = new StringBuilder();
              for (int i = 0; i < rows; i++) {
                data.append(i).append("\tvalue ").append(i).append('\n');
              }
              reply.addAll(client.exchange(1, copyData(data.toString()), copyDone()));
              reply.addAll(client.query("SELECT count(*), sum(id), sum(length(v)) FROM copied"));
              return reply;
            });
    assertThat(lines).contains("CommandComplete COPY " + rows);
    assertThat(copiedOut(endpoints.drover())).isEqualTo(copiedOut(endpoints.plain()));
  }

  /** The lines of the whole table, in one order for both servers. */
  private static List<String> copiedOut(Endpoint endpoint) {
    try (WireClient client = WireClient.login(endpoint)) {
      StringBuilder text = new StringBuilder();
      for (Message message : client.query("COPY copied TO STDOUT")) {
        if (message.type() == 'd') {
          text.append(UTF_8.decode(message.reader()));
        }
      }
      return text.toString().lines().sorted().toList();
    }
  }

  private static List<Message> start(WireClient client) {
    client.send(query(COPY_IN));
    return new ArrayList<>(client.readUntil("GE"));
  }

  private static List<Message> sorted(List<Message> messages) {
    return messages.stream().sorted(Comparator.comparing(Transcript::line)).toList();
  }

  /** Rows (id, 'b' || id) in COPY's binary format. */
  private static byte[] binaryRows(List<Integer> ids) {
    ByteBuffer out = ByteBuffer.allocate(1024);
    out.put("PGCOPY\n".getBytes(ISO_8859_1));
    out.put(new byte[] {(byte) 0xff, '\r', '\n', 0}).putInt(0).putInt(0);
    for (int id : ids) {
      byte[] text = ("b" + id).getBytes(UTF_8);
      out.putShort((short) 2).putInt(Integer.BYTES).putInt(id).putInt(text.length).put(text);
    }
    out.putShort((short) -1);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
