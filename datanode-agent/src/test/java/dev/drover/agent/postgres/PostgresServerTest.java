package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PostgresServerTest {
  private static TemporaryServers servers;

  @BeforeAll
  static void open() {
    servers = TemporaryServers.open();
  }

  @AfterAll
  static void close() {
    servers.close();
    assertThat(servers.directory()).doesNotExist();
  }

  @Test
  void aNewServerHasTheSettingsOfAClusterMember() throws SQLException {
    PostgresServer server = servers.start("fresh");
    try (Connection connection = server.connect()) {
      assertThat(text(connection, "SHOW max_prepared_transactions")).isEqualTo("200");
      assertThat(text(connection, "SHOW wal_level")).isEqualTo("logical");
      assertThat(text(connection, "SHOW max_locks_per_transaction")).isEqualTo("256");
      assertThat(text(connection, "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(text(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'"))
          .isEqualTo("t");
      assertThat(text(connection, "SELECT 'B' < 'a'")).isEqualTo("t");
    }
    server.stop(StopMode.FAST);
    assertThat(server.isRunning()).isFalse();
  }

  @Test
  void tcpNeedsTheSecretAndTheSocketIsInAClosedDirectory() throws IOException {
    PostgresServer server = servers.start("guarded");
    assertThatThrownBy(
            () -> DriverManager.getConnection(server.jdbcUrl("postgres"), "postgres", "wrong"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed");
    Path directory = server.socketDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    Path socket = directory.resolve(".s.PGSQL." + server.port());
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      assertThat(channel.connect(UnixDomainSocketAddress.of(socket))).isTrue();
    }
  }

  @Test
  void aKilledServerKeepsCommittedRowsOverARestart() throws SQLException {
    PostgresServer server = servers.start("killed");
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (i int)");
      statement.execute("INSERT INTO t VALUES (7)");
      server.stop(StopMode.KILL);
      server.onExit().join();
    }
    server.start();
    try (Connection connection = server.connect()) {
      assertThat(text(connection, "SELECT i FROM t")).isEqualTo("7");
    }
  }

  /** Those who stop several servers at a time wait in that pool themselves. */
  @Test
  @Timeout(30)
  void theEndOfAServerIsSeenWithoutAThreadOfTheCommonPool() {
    PostgresServer server = servers.start("busypool");
    Semaphore end = new Semaphore(0);
    int threads = ForkJoinPool.getCommonPoolParallelism();
    for (int i = 0; i < threads; i++) {
      ForkJoinPool.commonPool().execute(end::acquireUninterruptibly);
    }
    try {
      assertThat(server.stop(StopMode.FAST)).isTrue();
    } finally {
      end.release(threads);
    }
  }

  @Test
  void oneThatHasEndedMeanwhileNeedsNoSignal() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    assertThatCode(() -> ServerProcesses.signal(ended.toHandle(), StopMode.KILL))
        .doesNotThrowAnyException();
  }

  /** The backends of a killed postmaster may go on for long; they would block its successor. */
  @Test
  void backendsThatSurviveTheirPostmasterAreEndedBeforeARestart() throws Exception {
    PostgresServer server = servers.start("orphans");
    try (Connection connection = server.connect()) {
      long backend = Long.parseLong(text(connection, "SELECT pg_backend_pid()"));
      new ProcessBuilder("sh", "-c", "kill -STOP " + backend).start().waitFor();
      server.stop(StopMode.KILL);
      server.start();
      assertThat(ProcessHandle.of(backend).filter(Processes::isAlive)).isEmpty();
    }
    assertThat(server.isRunning()).isTrue();
  }

  @Test
  void aRunningServerIsAdopted() {
    PostgresServer first = servers.start("adopted");
    PostgresServer second = PostgresServer.of(PostgresBinaries.configured(), first.config());
    second.start();
    assertThat(second.processId()).isEqualTo(first.processId());
  }

  /** As after a restart of the machine: the pid in the file belongs to something else now. */
  @Test
  void aStalePostmasterFileThatNamesALivingStrangerIsIgnored() throws IOException {
    PostgresServer server = servers.start("stale");
    server.stop(StopMode.FAST);
    Path file = server.config().dataDirectory().resolve("postmaster.pid");
    String lines =
        "%d\n%s\n1\n%d\n%s\n127.0.0.1\n"
            .formatted(
                ProcessHandle.current().pid(),
                server.config().dataDirectory(),
                server.port(),
                server.socketDirectory());
    Files.writeString(file, lines, UTF_8);
    server.start();
    assertThat(server.isRunning()).isTrue();
  }

  @Test
  void aPathTooLongForASocketFallsBackToAShortOne() throws SQLException, IOException {
    PostgresServer server = servers.start("x".repeat(100), Map.of("work_mem", "1MB"));
    assertThat(server.socketDirectory().getParent()).isEqualTo(Path.of("/tmp"));
    try (Connection connection = server.connect()) {
      assertThat(text(connection, "SHOW work_mem")).isEqualTo("1MB");
    }
    server.stop(StopMode.FAST);
    Directories.delete(server.socketDirectory());
  }

  @Test
  void aServerThatCannotStartSaysWhy() {
    assertThatThrownBy(() -> servers.start("broken", Map.of("no_such_setting", "1")))
        .isInstanceOf(ServerFailedException.class)
        .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
  }

  /** A child process starts a bound server and is killed: the server must not survive it. */
  @Test
  void aBoundServerEndsWhenItsStarterIsKilled() throws Exception {
    Process starter =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ServerStarter.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(starter.getInputStream(), UTF_8))) {
      Path directory = Path.of(output.readLine());
      long postmaster = Long.parseLong(output.readLine());
      starter.destroyForcibly().waitFor();
      boolean hasEnded =
          ProcessHandle.of(postmaster)
              .map(process -> Processes.awaitEnd(process, Duration.ofSeconds(20)))
              .orElse(true);
      assertThat(hasEnded).isTrue();
      Directories.delete(directory);
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
