package dev.drover.agent.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Servers for tests and trials: on free ports, in a directory that goes when this is closed, ended
 * with this process if it is not.
 *
 * <p>Threads: thread-safe.
 */
public final class TemporaryServers implements AutoCloseable {
  private static final int START_ATTEMPTS = 5;

  private final Path directory;
  private final PostgresBinaries binaries;
  private final Secret secret;
  private final PostgresTemplate template;
  private final List<PostgresServer> servers = new CopyOnWriteArrayList<>();

  private TemporaryServers(Path directory, PostgresBinaries binaries, Secret secret) {
    this.directory = directory;
    this.binaries = binaries;
    this.secret = secret;
    this.template = PostgresTemplate.create(binaries, directory, secret);
  }

  /** With the configured binaries, by default the bundled ones. */
  public static TemporaryServers open() {
    return open(PostgresBinaries.configured());
  }

  public static TemporaryServers open(PostgresBinaries binaries) {
    try {
      Path directory =
          Files.createTempDirectory(
              "drover-servers",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return new TemporaryServers(directory, binaries, Secret.generate());
    } catch (IOException e) {
      throw new ServerFailedException("cannot create a temporary directory", e);
    }
  }

  /** Starts a new server with the settings for tests. */
  public PostgresServer start(String name) {
    return start(name, Map.of());
  }

  public PostgresServer start(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(ServerSettings.forTests());
    all.putAll(settings);
    for (int attempt = 1; ; attempt++) {
      ServerConfig config =
          new ServerConfig(
              directory.resolve(name), FreePorts.one(), secret, Lifetime.BOUND_TO_STARTER, all);
      PostgresServer server = PostgresServer.of(binaries, config);
      server.create(template);
      try {
        server.start();
        servers.add(server);
        return server;
      } catch (ServerFailedException e) {
        boolean isPortTaken = e.getMessage().contains("Address already in use");
        if (!isPortTaken || attempt == START_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  public Secret secret() {
    return secret;
  }

  public Path directory() {
    return directory;
  }

  @Override
  public void close() {
    servers.parallelStream().forEach(server -> server.stop(StopMode.IMMEDIATE));
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new ServerFailedException("cannot delete " + directory, e);
    }
  }
}
