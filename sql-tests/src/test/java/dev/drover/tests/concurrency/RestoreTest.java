package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.Secret;
import dev.drover.agent.postgres.ServerConfig;
import dev.drover.agent.postgres.ServerSettings;
import dev.drover.agent.postgres.ServerUser;
import dev.drover.agent.postgres.StopMode;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * All servers restored from base backups and archived WAL to one barrier agree: the sum of the
 * accounts is right, and each transfer is there with both of its legs or not at all. Parts that
 * were prepared at the barrier are rolled back, as none of their transactions had committed
 * anywhere.
 *
 * <p>The servers are those of {@code -Ddrover.restore=DIR}, or of the newest Debian package, as the
 * bundled ones come without pg_basebackup. {@code -Ddrover.restore.transfers=N} makes more than
 * that many before the barrier, and after it.
 */
@Timeout(300)
@EnabledIf(value = "isInstalled", disabledReason = "there is no PostgreSQL with pg_basebackup here")
class RestoreTest {
  private static final int ACCOUNTS = 300;
  private static final int OPENING_BALANCE = 1000;
  private static final int WRITERS = 6;
  private static final int MAX_TRIES = 50;
  private static final int TRANSFERS_BETWEEN = Integer.getInteger("drover.restore.transfers", 100);
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(100);
  private static final String BARRIER = "restored";

  private final Path installed = installation().orElseThrow();
  private final PostgresBinaries binaries = PostgresBinaries.installed(installed);

  @TempDir(cleanup = CleanupMode.ALWAYS)
  private Path directory;

  private final AtomicInteger transfers = new AtomicInteger();

  static boolean isInstalled() throws IOException {
    return installation().isPresent();
  }

  private static Optional<Path> installation() throws IOException {
    String named = System.getProperty("drover.restore", "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    if (!Files.isDirectory(PACKAGES)) {
      return Optional.empty();
    }
    try (Stream<Path> releases = Files.list(PACKAGES)) {
      return releases
          .filter(release -> Files.isExecutable(release.resolve("bin").resolve("pg_basebackup")))
          .max(Comparator.comparingInt(RestoreTest::release));
    }
  }

  private static int release(Path directory) {
    return Integer.parseInt(directory.getFileName().toString());
  }

  RestoreTest() throws IOException {}

  @Test
  void serversRestoredToABarrierAgree(TestReporter reporter) throws Exception {
    ServerUser.current().own(directory);
    List<Restored> restored = new ArrayList<>();
    String barrier;
    try (TemporaryCluster cluster = TemporaryCluster.inThisProcess(2, binaries)) {
      List<Endpoint> servers = cluster.servers();
      archive(cluster, servers);
      createAccounts(cluster.coordinators().getFirst());
      for (Endpoint server : servers) {
        restored.add(backUp(server));
      }
      barrier = work(cluster.coordinators());
      for (Endpoint server : servers) {
        finishArchive(server);
      }
    }
    int all = transfers.get();
    List<PostgresServer> running = new ArrayList<>();
    try {
      for (Restored one : restored) {
        running.add(one.start(barrier));
      }
      int rolledBack = rollBackPrepared(running);
      long kept = check(running.subList(1, running.size()));
      reporter.publishEntry(
          "restored to " + barrier,
          "%d of %d transfers, %d parts were prepared".formatted(kept, all, rolledBack));
      assertThat(kept).isBetween((long) TRANSFERS_BETWEEN, (long) all - TRANSFERS_BETWEEN);
    } finally {
      running.forEach(server -> server.stop(StopMode.IMMEDIATE));
    }
  }

  private Path archiveOf(Endpoint server) {
    return directory.resolve("archive-" + server.port());
  }

  private void archive(TemporaryCluster cluster, List<Endpoint> servers) throws Exception {
    for (Endpoint server : servers) {
      Path archive = Files.createDirectory(archiveOf(server));
      ServerUser.current().own(archive);
      run(
          server,
          "ALTER SYSTEM SET archive_mode = on",
          "ALTER SYSTEM SET archive_command = 'test ! -f %1$s/%%f && cp %%p %1$s/%%f'"
              .formatted(archive));
    }
    cluster.datanodeNames().forEach(cluster::killServer);
    cluster.killServer("catalog");
    for (Endpoint server : servers) {
      until("archiving", () -> text(server, "SHOW archive_mode").equals("on"));
    }
    until("answers", () -> !text(cluster.coordinators().getFirst(), "SELECT 1").isEmpty());
  }

  private static void createAccounts(Endpoint coordinator) throws SQLException {
    run(
        coordinator,
        "CREATE TABLE accounts (id int PRIMARY KEY, v int NOT NULL) DISTRIBUTE BY HASH (id)",
        "CREATE TABLE legs (transfer int, account int, PRIMARY KEY (transfer, account))"
            + " DISTRIBUTE BY HASH (account)",
        "INSERT INTO accounts SELECT g, %d FROM generate_series(1, %d) g"
            .formatted(OPENING_BALANCE, ACCOUNTS));
  }

  private Restored backUp(Endpoint server) throws IOException, InterruptedException {
    Path home = Files.createDirectory(directory.resolve("restored-" + server.port()));
    ServerUser.current().own(home);
    List<String> command =
        List.of(
            installed.resolve("bin").resolve("pg_basebackup").toString(),
            "-h",
            server.host(),
            "-p",
            Integer.toString(server.port()),
            "-U",
            server.login().user(),
            "-D",
            home.resolve("data").toString(),
            "-X",
            "none",
            "-c",
            "fast");
    ProcessBuilder backup = new ProcessBuilder(ServerUser.current().command(command)).inheritIO();
    backup.environment().put("PGPASSWORD", server.login().password());
    assertThat(backup.start().waitFor()).isZero();
    Path secret =
        Files.writeString(directory.resolve("secret-" + server.port()), server.login().password());
    return new Restored(home, archiveOf(server), Secret.read(secret));
  }

  /** Transfers before and after a barrier; its name. */
  private String work(List<Endpoint> coordinators) throws Exception {
    AtomicBoolean isOpen = new AtomicBoolean(true);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      Endpoint coordinator = coordinators.get(i % coordinators.size());
      writers.add(
          CompletableFuture.runAsync(
              () -> transfer(coordinator, number, isOpen), Thread::startVirtualThread));
    }
    until("transfers", () -> transfers.get() > 2 * TRANSFERS_BETWEEN);
    String barrier = barrier(coordinators.getFirst());
    int then = transfers.get();
    until("more transfers", () -> transfers.get() > then + 2 * TRANSFERS_BETWEEN);
    isOpen.set(false);
    writers.forEach(CompletableFuture::join);
    return barrier;
  }

  private void transfer(Endpoint coordinator, int number, AtomicBoolean isOpen) {
    Random random = new Random(number);
    try (Connection connection = coordinator.connect();
        PreparedStatement add =
            connection.prepareStatement("UPDATE accounts SET v = v + ? WHERE id = ?");
        PreparedStatement note = connection.prepareStatement("INSERT INTO legs VALUES (?, ?)")) {
      connection.setAutoCommit(false);
      while (isOpen.get()) {
        int from = 1 + random.nextInt(ACCOUNTS - 1);
        int to = from + 1 + random.nextInt(ACCOUNTS - from);
        int transfer = transfers.incrementAndGet();
        execute(add, -1, from);
        execute(note, transfer, from);
        execute(add, 1, to);
        execute(note, transfer, to);
        connection.commit();
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void execute(PreparedStatement statement, int first, int second)
      throws SQLException {
    statement.setInt(1, first);
    statement.setInt(2, second);
    statement.executeUpdate();
  }

  /** A moment that was missed is tried again under another name. */
  private static String barrier(Endpoint coordinator) throws SQLException {
    for (int i = 1; ; i++) {
      try {
        run(coordinator, "CREATE BARRIER '%s%d'".formatted(BARRIER, i));
        return BARRIER + i;
      } catch (SQLException e) {
        if (!"40001".equals(e.getSQLState()) || i == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private static void finishArchive(Endpoint server) throws Exception {
    String last = text(server, "SELECT pg_walfile_name(pg_switch_wal())");
    until(
        "archived",
        () -> text(server, "SELECT last_archived_wal FROM pg_stat_archiver").compareTo(last) >= 0);
  }

  /** What nobody has committed anywhere is committed nowhere. */
  private static int rollBackPrepared(List<PostgresServer> servers) throws SQLException {
    int count = 0;
    for (PostgresServer server : servers) {
      for (String gid : texts(server, "SELECT gid FROM pg_prepared_xacts")) {
        rollBack(gid, server, servers);
        count++;
      }
    }
    return count;
  }

  private static void rollBack(String gid, PostgresServer server, List<PostgresServer> all)
      throws SQLException {
    String gxid = gid.split("_", -1)[3];
    for (PostgresServer one : all) {
      assertThat(texts(one, "SELECT gxid FROM drover.gx WHERE gxid = " + gxid)).isEmpty();
    }
    try (Connection connection = server.connect("postgres", "drover");
        Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK PREPARED '" + gid + "'");
    }
  }

  /** The number of transfers that are there. */
  private static long check(List<PostgresServer> datanodes) throws SQLException {
    long sum = 0;
    Map<String, Integer> legs = new HashMap<>();
    for (PostgresServer server : datanodes) {
      sum += Long.parseLong(texts(server, "SELECT coalesce(sum(v), 0) FROM accounts").getFirst());
      texts(server, "SELECT transfer FROM legs").forEach(t -> legs.merge(t, 1, Integer::sum));
    }
    assertThat(sum).isEqualTo((long) ACCOUNTS * OPENING_BALANCE);
    assertThat(legs.values()).containsOnly(2);
    return legs.size();
  }

  private static List<String> texts(PostgresServer server, String query) throws SQLException {
    try (Connection connection = server.connect("postgres", "drover");
        Statement statement = connection.createStatement()) {
      return texts(statement, query);
    }
  }

  private static List<String> texts(Statement statement, String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  /** Empty while the server does not answer, or for NULL. */
  private static String text(Endpoint server, String query) {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return Optional.ofNullable(row.getString(1)).orElse("");
    } catch (SQLException e) {
      return "";
    }
  }

  private static void run(Endpoint server, String... commands) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      for (String command : commands) {
        statement.execute(command);
      }
    }
  }

  private static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + what);
      }
      Thread.onSpinWait();
    }
  }

  /** A server that is to go on from a backup. */
  private final class Restored {
    private final Path home;
    private final Path archive;
    private final Secret secret;

    Restored(Path home, Path archive, Secret secret) {
      this.home = home;
      this.archive = archive;
      this.secret = secret;
    }

    PostgresServer start(String barrier) throws Exception {
      Path signal = Files.createFile(home.resolve("data").resolve("recovery.signal"));
      ServerUser.current().own(signal);
      Map<String, String> settings = new HashMap<>(ServerSettings.forTests());
      settings.put("restore_command", "cp %s/%%f %%p".formatted(archive));
      settings.put("recovery_target_name", barrier);
      settings.put("recovery_target_action", "promote");
      PostgresServer server =
          PostgresServer.of(
              binaries,
              new ServerConfig(home, FreePorts.one(), secret, Lifetime.BOUND_TO_STARTER, settings));
      server.start();
      until("the end of the recovery", () -> isPrimary(server));
      return server;
    }

    private boolean isPrimary(PostgresServer server) {
      try {
        return texts(server, "SELECT pg_is_in_recovery()").equals(List.of("f"));
      } catch (SQLException e) {
        return false;
      }
    }
  }
}
