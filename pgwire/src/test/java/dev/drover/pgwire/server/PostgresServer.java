package dev.drover.pgwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.netty.ServerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One PostgreSQL server for all tests of a run, on loopback and on a Unix socket.
 *
 * <p>Role {@code postgres} is trusted; {@code scram_role}, {@code md5_role} and {@code clear_role}
 * log in with {@link #PASSWORD} by the method that their name tells.
 */
public final class PostgresServer implements AutoCloseable {
  public static final String PASSWORD = "pässword of 5 ½ herds";
  private static final int START_ATTEMPTS = 600;
  private static final long STOP_SECONDS = 30;

  private final Path directory;
  private final int port;
  private final Process process;

  private PostgresServer(Path directory, int port, Process process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  static PostgresServer start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("drover-pgwire");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path bin = PostgresBinaries.find(directory);
    Path data = directory.resolve("data");
    run(
        List.of(
            bin + "/initdb",
            "-D",
            "" + data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "-A",
            "trust",
            "--locale=C",
            "--no-sync"),
        directory);
    Files.writeString(data.resolve("pg_hba.conf"), HBA);
    int port = freePort();
    Process process =
        launch(
            List.of(
                bin + "/postgres",
                "-D",
                "" + data,
                "-p",
                "" + port,
                "-k",
                "" + directory,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off"),
            directory);
    PostgresServer server = new PostgresServer(directory, port, process);
    server.awaitStart();
    return server;
  }

  private static final String HBA =
      """
      local all postgres trust
      host all postgres 127.0.0.1/32 trust
      host all md5_role 127.0.0.1/32 md5
      host all clear_role 127.0.0.1/32 password
      host all all 127.0.0.1/32 scram-sha-256
      """;

  public ServerAddress.Tcp tcp() {
    return new ServerAddress.Tcp("127.0.0.1", port);
  }

  public ServerAddress.UnixSocket unixSocket() {
    return ServerAddress.UnixSocket.in(directory, port);
  }

  public int port() {
    return port;
  }

  /** Stops at once, without waiting for clients. */
  @Override
  public void close() throws IOException {
    try {
      new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();
      assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).as("server stopped").isTrue();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(PostgresServer::delete);
    }
  }

  private void awaitStart() throws IOException, InterruptedException {
    Path ready = directory.resolve("data/postmaster.pid");
    for (int i = 0; i < START_ATTEMPTS; i++) {
      if (Files.exists(ready) && Files.readString(ready).contains("ready")) {
        return;
      }
      boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
      assertThat(ended).as(() -> "server ended: " + log(directory)).isFalse();
    }
    throw new AssertionError("server does not start: " + log(directory));
  }

  private static void run(List<String> command, Path directory)
      throws IOException, InterruptedException {
    Process process = launch(command, directory);
    assertThat(process.waitFor()).as(() -> command + log(directory)).isZero();
  }

  /** PostgreSQL refuses to run as root. */
  private static Process launch(List<String> command, Path directory) throws IOException {
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      words.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }
    words.addAll(command);
    return new ProcessBuilder(words)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
        .start();
  }

  private static String log(Path directory) {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException missing) {
      return missing.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Gives the server to test methods and constructors that ask for it. */
  public static final class Provider implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(Provider.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == PostgresServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent("server", _ -> startOrFail(), PostgresServer.class);
    }

    private static PostgresServer startOrFail() {
      try {
        PostgresServer server = start();
        TestRoles.create(server);
        return server;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError(interrupted);
      }
    }
  }
}
