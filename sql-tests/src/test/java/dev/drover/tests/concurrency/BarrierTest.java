package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * CREATE BARRIER while two coordinators commit: every server gets the restore point. That it is
 * made within a window in which nobody commits is what the snapshots of all nodes rest on, too.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
class BarrierTest {
  private static final int BARRIERS = 5;
  private static final int MAX_TRIES = 20;
  private static TemporaryCluster cluster;

  @BeforeAll
  static void start() throws SQLException {
    cluster = TemporaryCluster.inThisProcess(2);
    run("CREATE TABLE spread (id int PRIMARY KEY, v int) DISTRIBUTE BY HASH (id)");
    run("INSERT INTO spread SELECT g, 0 FROM generate_series(1, 60) g");
    run("CREATE ROLE somebody LOGIN");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void everyServerGetsTheRestorePoint() throws SQLException {
    String name = "it's b1";
    for (int i = 2;
        barrier("CREATE BARRIER '%s'".formatted(name.replace("'", "''"))).isEmpty();
        i++) {
      assertThat(i).as("tries").isLessThan(MAX_TRIES);
      name = "it's b" + i;
    }
    assertRestorePoint(name);
  }

  @Test
  void barriersAreMadeWhileOthersCommit() throws SQLException {
    AtomicBoolean isOpen = new AtomicBoolean(true);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int number = i;
      writers.add(
          CompletableFuture.runAsync(() -> write(number, isOpen), Thread::startVirtualThread));
    }
    for (int i = 0; i < BARRIERS; i++) {
      String name = barrier("CREATE BARRIER");
      assertThat(name).startsWith("barrier_");
      assertRestorePoint(name);
    }
    isOpen.set(false);
    writers.forEach(CompletableFuture::join);
  }

  /** Rows of its own, on two nodes mostly. */
  private static void write(int number, AtomicBoolean isOpen) {
    try (Connection connection = cluster.coordinators().get(number).connect();
        Statement statement = connection.createStatement()) {
      for (int i = 1; isOpen.get(); i++) {
        statement.execute(
            "UPDATE spread SET v = v + 1 WHERE id IN (%d, %d)"
                .formatted(2 * (i % 15) + number + 1, 2 * (i % 15) + number + 31));
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itIsForSuperusersOutsideOfBlocks() {
    assertThat(state("BEGIN", "CREATE BARRIER 'b'")).isEqualTo("25001");
    assertThat(state("SET ROLE somebody", "CREATE BARRIER 'b'")).isEqualTo("42501");
    assertThat(state("SELECT 1", "CREATE BARRIER '" + "b".repeat(64) + "'")).isEqualTo("22023");
  }

  private static String state(String before, String sql) {
    try (WireClient client = WireClient.login(cluster.coordinators().getFirst())) {
      client.query(before);
      return Transcript.error(client.query(sql)).orElseThrow().sqlState();
    }
  }

  /** The name that the command tag ends with; empty when the moment was missed. */
  private static String barrier(String sql) {
    try (WireClient client = WireClient.login(cluster.coordinators().getFirst())) {
      List<Message> reply = client.query(sql);
      if (Transcript.error(reply).filter(e -> e.sqlState().equals("40001")).isPresent()) {
        return "";
      }
      String complete = "CommandComplete BARRIER ";
      return Transcript.of(reply).stream()
          .filter(line -> line.startsWith(complete))
          .map(line -> line.substring(complete.length()))
          .findFirst()
          .orElseThrow(() -> new AssertionError(Transcript.of(reply)));
    }
  }

  private static void assertRestorePoint(String name) throws SQLException {
    String found =
        """
        SELECT strpos(pg_read_file(current_setting('data_directory') || '/../server.log'),
          'restore point "%s" created') > 0
        """
            .formatted(name.replace("'", "''"));
    for (Endpoint server : cluster.servers()) {
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(found)) {
        rows.next();
        assertThat(rows.getBoolean(1)).as("on port %d", server.port()).isTrue();
      }
    }
  }

  private static void run(String sql) throws SQLException {
    cluster.coordinators().getFirst().run(sql);
  }
}
