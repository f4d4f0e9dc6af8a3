package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** The directories and configuration files of one server. */
final class ServerFiles {
  private static final int MAX_SOCKET_PATH = 107;
  private static final int MAX_LOG_BYTES = 16 << 20;
  private static final int LOG_TAIL_LINES = 5;
  private static final Pattern PLAIN_PATH = Pattern.compile("[-A-Za-z0-9/._+@]+");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> CREATE_OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);
  private static final String INCLUDE = "include = 'drover.conf'";
  private static final String HOST_BASED_AUTHENTICATION =
      """
      # Written by Drover. The socket's directory is closed to other users; TCP needs the secret.
      local  all          all                trust
      local  replication  all                trust
      host   all          all  127.0.0.1/32  scram-sha-256
      host   replication  all  127.0.0.1/32  scram-sha-256
      host   all          all  ::1/128       scram-sha-256
      """;

  private final ServerConfig config;
  private final ServerUser user;

  ServerFiles(ServerConfig config, ServerUser user) {
    this.config = config;
    this.user = user;
  }

  /** Beside the data, or below /tmp where the path would be too long for a socket. */
  Path socketDirectory() {
    Path beside = config.home().resolve("socket");
    String socket = beside + "/.s.PGSQL." + config.port();
    boolean isShort = socket.getBytes(UTF_8).length <= MAX_SOCKET_PATH;
    if (isShort && PLAIN_PATH.matcher(beside.toString()).matches()) {
      return beside;
    }
    CRC32 checksum = new CRC32();
    checksum.update(config.home().toString().getBytes(UTF_8));
    return Path.of("/tmp", "drover-%s-%08x".formatted(user.name(), checksum.getValue()));
  }

  void prepareHome() throws IOException {
    if (Files.notExists(config.home())) {
      Files.createDirectories(config.home().getParent());
      Files.createDirectory(config.home(), CREATE_OWNER_ONLY);
      user.own(config.home());
    }
    user.requireReachable(config.home());
  }

  void write(PostgresVersion version) throws IOException {
    prepareSocketDirectory();
    Path data = config.dataDirectory();
    Map<String, String> settings = ServerSettings.defaults(version);
    settings.put("port", Integer.toString(config.port()));
    settings.put("unix_socket_directories", socketDirectory().toString());
    settings.putAll(config.settings());
    replace(data.resolve("drover.conf"), ServerSettings.asFile(settings));
    replace(data.resolve("pg_hba.conf"), HOST_BASED_AUTHENTICATION);
    Path main = data.resolve("postgresql.conf");
    String text = Files.readString(main, UTF_8);
    if (!text.contains(INCLUDE)) {
      replace(main, text + "\n" + INCLUDE + "\n");
    }
  }

  /** The log, of which one older part is kept when it has grown. */
  Path rotatedLog() throws IOException {
    Path log = config.logFile();
    if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
      Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    return log;
  }

  String logTail() {
    try {
      List<String> lines = Files.readAllLines(config.logFile(), UTF_8);
      int from = Math.max(0, lines.size() - LOG_TAIL_LINES);
      return String.join("; ", lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  private void prepareSocketDirectory() throws IOException {
    Path directory = socketDirectory();
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(directory, CREATE_OWNER_ONLY);
      user.own(directory);
    }
    boolean isClosed =
        Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
            && user.owns(directory)
            && Files.getPosixFilePermissions(directory).equals(OWNER_ONLY);
    if (!isClosed) {
      throw new ServerFailedException(
          "%s must be a directory that only %s may enter".formatted(directory, user.name()));
    }
  }

  private void replace(Path file, String text) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(partial);
    Files.createFile(
        partial,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(partial, text, UTF_8);
    user.own(partial);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
