package dev.drover.tests.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cancel requests reach the statement wherever it runs, and only that statement. */
@ExtendWith(EndpointsExtension.class)
class CancelTest {
  private static final String CANCELED = "57014";

  /** The cancelled statements would take an hour. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Endpoint drover;
  private final BothServers servers;

  CancelTest(Endpoints endpoints) {
    drover = endpoints.drover();
    servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTable() {
    servers.execute("CREATE TABLE cancelled (id int PRIMARY KEY, v int) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO cancelled SELECT g, g FROM generate_series(1, 30) g");
  }

  @AfterEach
  void dropTable() {
    servers.execute("DROP TABLE cancelled");
  }

  @Test
  void aStatementWithoutTablesIsCancelled() throws Exception {
    assertCancels("SELECT pg_sleep(3600)");
  }

  @Test
  void aStatementOnOneNodeIsCancelled() throws Exception {
    assertCancels("SELECT pg_sleep(3600) FROM cancelled WHERE id = 7");
  }

  @Test
  void aStatementOnAllNodesIsCancelled() throws Exception {
    assertCancels("SELECT pg_sleep(3600) FROM cancelled");
    assertCancels("UPDATE cancelled SET v = v + 1 WHERE pg_sleep(3600) IS NOT NULL");
  }

  @Test
  void aStatementThatWaitsForALockIsCancelled() throws Exception {
    try (WireClient holder = WireClient.login(drover)) {
      holder.query("BEGIN; UPDATE cancelled SET v = 0 WHERE id = 5");
      assertCancels("UPDATE cancelled SET v = 1 WHERE id = 5");
      assertThat(Transcript.of(holder.query("COMMIT"))).contains("CommandComplete COMMIT");
    }
  }

  @Test
  void aWrongKeyCancelsNothing() throws Exception {
    try (WireClient client = WireClient.open(drover)) {
      Key key = key(client.authenticate(drover));
      byte[] wrong = key.secret().clone();
      wrong[0] ^= 1;
      cancel(new Key(key.processId(), wrong));
      cancel(new Key(key.processId() + 1, key.secret()));
      assertThat(Transcript.of(client.query("SELECT pg_sleep(0.2), 'done'")))
          .contains("DataRow '', 'done'");
    }
  }

  @Test
  void aCancelBetweenStatementsDoesNoHarm() throws Exception {
    try (WireClient client = WireClient.open(drover)) {
      Key key = key(client.authenticate(drover));
      for (int i = 0; i < 20; i++) {
        cancel(key);
      }
      assertThat(Transcript.of(client.query("SELECT v FROM cancelled WHERE id = 3")))
          .contains("DataRow '3'");
      try (WireClient other = WireClient.login(drover)) {
        assertThat(Transcript.of(other.query("SELECT count(*) FROM cancelled")))
            .contains("DataRow '30'");
      }
    }
  }

  /** Cancels again and again, since the request may come before the statement has begun. */
  private void assertCancels(String sql) throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        WireClient client = WireClient.open(drover)) {
      Key key = key(client.authenticate(drover));
      Future<List<Message>> reply = threads.submit(() -> client.query(sql));
      Instant deadline = Instant.now().plus(PATIENCE);
      while (!reply.isDone() && Instant.now().isBefore(deadline)) {
        cancel(key);
      }
      assertThat(reply.isDone()).as("cancelled in time: %s", sql).isTrue();
      assertThat(Transcript.error(reply.get()).map(Message::sqlState)).contains(CANCELED);
      assertThat(Transcript.of(client.query("SELECT 1"))).contains("DataRow '1'");
    }
  }

  private void cancel(Key key) {
    try (WireClient canceller = WireClient.open(drover)) {
      canceller.send(Frontend.cancel(key.processId(), key.secret()));
      assertThat(canceller.readToEnd()).isEmpty();
    }
  }

  private static Key key(List<Message> login) {
    ByteBuffer in =
        login.stream().filter(message -> message.type() == 'K').findFirst().orElseThrow().reader();
    int processId = in.getInt();
    byte[] secret = new byte[in.remaining()];
    in.get(secret);
    return new Key(processId, secret);
  }

  /** What BackendKeyData gave. */
  private static final class Key {
    private final int processId;
    private final byte[] secret;

    Key(int processId, byte[] secret) {
      this.processId = processId;
      this.secret = secret;
    }

    int processId() {
      return processId;
    }

    byte[] secret() {
      return secret;
    }
  }
}
