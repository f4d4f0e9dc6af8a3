package dev.drover.agent.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One PostgreSQL server on this machine: created, started, watched and stopped.
 *
 * <p>Threads: start, stop and close are called by one thread at a time; the rest is thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
  private static final long POLL_MILLIS = 5;

  private final PostgresBinaries binaries;
  private final ServerConfig config;
  private final ServerUser user;
  private final ServerFiles files;
  private final AtomicReference<Optional<Postmaster>> postmaster =
      new AtomicReference<>(Optional.empty());

  /**
   * The server's first process.
   *
   * @param end of one that was started here, which its starter waits for; others are looked at now
   *     and then
   */
  private record Postmaster(ProcessHandle process, Optional<CompletableFuture<Void>> end) {
    CompletableFuture<Void> onExit() {
      return end.map(CompletableFuture::copy).orElseGet(() -> Processes.onExit(process));
    }
  }

  private PostgresServer(PostgresBinaries binaries, ServerConfig config, ServerUser user) {
    this.binaries = binaries;
    this.config = config;
    this.user = user;
    this.files = new ServerFiles(config, user);
  }

  public static PostgresServer of(PostgresBinaries binaries, ServerConfig config) {
    return new PostgresServer(binaries, config, ServerUser.current());
  }

  public boolean isCreated() {
    return Files.exists(config.dataDirectory().resolve("PG_VERSION"));
  }

  /** Makes the data directory from a template, unless there is one. */
  public void create(PostgresTemplate template) {
    try {
      files.prepareHome();
      if (!isCreated()) {
        template.copyTo(config.dataDirectory());
      }
    } catch (IOException e) {
      throw failure("cannot create " + config.dataDirectory(), e);
    }
  }

  /** Forces a fresh data directory to disk; without this a crash of the machine may lose it. */
  public void syncToDisk() {
    Commands.run(
        user.command(
            List.of(
                binaries.program("initdb"), "--sync-only", "--pgdata=" + config.dataDirectory())));
  }

  /** Returns when the server accepts connections. One that runs already is adopted. */
  public void start() {
    PostgresTemplate.requireVersion(binaries, config.dataDirectory());
    try {
      if (!adopt()) {
        files.write(binaries.version());
        ServerProcesses.killAll(config.dataDirectory());
        Files.deleteIfExists(PostmasterFile.in(config.dataDirectory()));
        postmaster.set(Optional.of(launch()));
      }
      awaitReady();
    } catch (IOException e) {
      throw failure("cannot start the server in " + config.home(), e);
    }
    LOG.info(
        "event=postgres_ready home={} port={} pid={}", config.home(), config.port(), processId());
  }

  /** Returns when the postmaster has ended, and whether there was one. */
  public boolean stop(StopMode mode) {
    Optional<ProcessHandle> running =
        postmaster.get().map(Postmaster::process).or(this::findPostmaster);
    if (running.isEmpty() || !Processes.isAlive(running.get())) {
      return false;
    }
    ServerProcesses.signal(running.get(), mode);
    if (!Processes.awaitEnd(running.get(), STOP_LIMIT)) {
      LOG.warn("event=postgres_stop_escalated home={} mode={}", config.home(), mode);
      ServerProcesses.signal(running.get(), StopMode.KILL);
      Processes.awaitEnd(running.get(), STOP_LIMIT);
    }
    LOG.info("event=postgres_stopped home={} mode={}", config.home(), mode);
    return true;
  }

  @Override
  public void close() {
    stop(StopMode.FAST);
  }

  public boolean isRunning() {
    return postmaster.get().map(Postmaster::process).filter(Processes::isAlive).isPresent();
  }

  /** Completes when the postmaster ends, for whatever reason; at once if it does not run. */
  public CompletableFuture<Void> onExit() {
    return postmaster
        .get()
        .map(Postmaster::onExit)
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  /** The postmaster's pid, 0 when there is none. */
  public long processId() {
    return postmaster.get().map(p -> p.process().pid()).orElse(0L);
  }

  public int port() {
    return config.port();
  }

  public ServerConfig config() {
    return config;
  }

  /** Its entry {@code .s.PGSQL.<port>} is the socket, open to any role without a password. */
  public Path socketDirectory() {
    return files.socketDirectory();
  }

  /** For JDBC over TCP, with the cluster's secret as password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(config.port(), database);
  }

  /** A connection of the superuser {@code drover} to the database {@code postgres}. */
  public Connection connect() throws SQLException {
    return connect("postgres", PostgresTemplate.SUPERUSER);
  }

  /** A connection of a role that has the cluster's secret as password. */
  public Connection connect(String database, String role) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), role, config.secret().password());
  }

  /** Whether a live server of ours was found at the right address; one at another is stopped. */
  private boolean adopt() {
    Optional<ProcessHandle> running = findPostmaster();
    if (running.isEmpty()) {
      return false;
    }
    postmaster.set(running.map(process -> new Postmaster(process, Optional.empty())));
    boolean isSame =
        PostmasterFile.read(config.dataDirectory())
            .filter(file -> file.port() == config.port())
            .filter(file -> file.socketDirectory().equals(socketDirectory().toString()))
            .isPresent();
    if (!isSame) {
      stop(StopMode.FAST);
      return false;
    }
    LOG.info("event=postgres_adopted home={} pid={}", config.home(), processId());
    return true;
  }

  private Optional<ProcessHandle> findPostmaster() {
    return PostmasterFile.read(config.dataDirectory())
        .filter(file -> ServerProcesses.worksIn(file.pid(), config.dataDirectory()))
        .flatMap(file -> ProcessHandle.of(file.pid()));
  }

  /**
   * Started by a thread that lives as long as the server: "bound to its parent" is meant by the
   * kernel as bound to the parent's thread.
   */
  private Postmaster launch() throws IOException {
    File log = files.rotatedLog().toFile();
    CompletableFuture<Postmaster> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("postgres-" + config.port())
        .start(() -> runToItsEnd(log, started));
    try {
      return started.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }

  private void runToItsEnd(File log, CompletableFuture<Postmaster> started) {
    List<String> command =
        List.of(binaries.program("postgres"), "-D", config.dataDirectory().toString());
    boolean isBound = config.lifetime() == Lifetime.BOUND_TO_STARTER;
    try {
      Process process =
          new ProcessBuilder(isBound ? user.commandBoundToParent(command) : user.command(command))
              .directory(new File("/"))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
      process.getOutputStream().close();
      CompletableFuture<Void> end = new CompletableFuture<>();
      started.complete(new Postmaster(process.toHandle(), Optional.of(end)));
      process.waitFor();
      end.complete(null);
    } catch (IOException e) {
      started.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReady() {
    ProcessHandle process = postmaster.get().orElseThrow().process();
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!hasReported(process)) {
      if (!Processes.isAlive(process)) {
        throw new ServerFailedException(
            "the server in %s did not start: %s".formatted(config.home(), files.logTail()));
      }
      if (System.nanoTime() > deadline) {
        stop(StopMode.IMMEDIATE);
        throw new ServerFailedException(
            "the server in %s was not ready within %s".formatted(config.home(), START_LIMIT));
      }
      pause();
    }
  }

  private boolean hasReported(ProcessHandle process) {
    return PostmasterFile.read(config.dataDirectory())
        .filter(file -> file.pid() == process.pid())
        .filter(PostmasterFile::isReady)
        .isPresent();
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerFailedException("interrupted while a server started", e);
    }
  }

  private ServerFailedException failure(String what, IOException cause) {
    return new ServerFailedException("%s: %s".formatted(what, cause.getMessage()), cause);
  }
}
