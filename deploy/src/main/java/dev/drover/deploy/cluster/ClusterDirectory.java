package dev.drover.deploy.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.Secret;
import dev.drover.agent.postgres.ServerConfig;
import dev.drover.agent.postgres.ServerUser;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory of a cluster on this machine.
 *
 * <pre>
 * cluster.properties   ports, nodes, which PostgreSQL (written last: with it the cluster exists)
 * secret               the password of the superusers drover and postgres, for its owner only
 * nodes/NAME/          one server: data, socket, server.log
 * gtm/                 what the GTM keeps
 * log/NAME.log         one per process
 * run/NAME.pid         the processes that were started
 * </pre>
 *
 * <p>Threads: immutable.
 */
public record ClusterDirectory(Path root) {
  private static final String OPEN = "rwx--x--x";
  private static final String CLOSED = "rwx------";

  public ClusterDirectory {
    root = root.toAbsolutePath().normalize();
  }

  /** Root's home is closed to the user that runs the servers, so root has a system directory. */
  public static Path defaultRoot() {
    if (ServerUser.isRoot()) {
      return Path.of("/var/lib/drover/default");
    }
    return Path.of(System.getProperty("user.home"), ".drover", "default");
  }

  public boolean exists() {
    return Files.isRegularFile(propertiesFile());
  }

  /** Changes the settings; of several processes that do so, one after the other. */
  public ClusterSettings change(UnaryOperator<ClusterSettings> change) {
    try (FileChannel channel =
            FileChannel.open(
                runFile("settings.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      ClusterSettings changed = change.apply(settings());
      save(changed);
      return changed;
    } catch (IOException e) {
      throw new ClusterException("cannot change the cluster's settings: " + e.getMessage(), e);
    }
  }

  /** Makes a new cluster's directory. */
  public void create(ClusterSettings settings) {
    try {
      createDirectories(root);
      requireEmpty();
      Secret.generate().write(secretFile());
      save(settings);
    } catch (AccessDeniedException e) {
      throw new ClusterException("no permission to create a cluster in " + root, e);
    } catch (IOException e) {
      throw new ClusterException("cannot create a cluster in %s: %s".formatted(root, reason(e)), e);
    }
  }

  public ClusterSettings settings() {
    if (!exists()) {
      throw new ClusterException("no cluster in " + root);
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(propertiesFile(), UTF_8)) {
      properties.load(reader);
    } catch (AccessDeniedException e) {
      throw new ClusterException("no permission to use the cluster in " + root, e);
    } catch (IOException e) {
      throw new ClusterException("cannot read " + propertiesFile(), e);
    }
    return ClusterSettings.fromProperties(properties);
  }

  public void save(ClusterSettings settings) {
    String text =
        settings.toProperties().entrySet().stream()
            .map(entry -> entry.getKey() + " = " + escaped(entry.getValue()) + "\n")
            .collect(Collectors.joining());
    replace(propertiesFile(), text);
  }

  public Secret secret() {
    return Secret.read(secretFile());
  }

  public PostgresServer server(NodePort node, PostgresBinaries binaries, Lifetime lifetime) {
    ClusterSettings settings = settings();
    ServerConfig config =
        ServerConfig.of(nodesDirectory().resolve(node.name()), node.port(), secret())
            .withLifetime(lifetime)
            .withSettings(shareOf(node, settings))
            .withSettings(settings.serverSettings());
    return PostgresServer.of(binaries, config);
  }

  private static Map<String, String> shareOf(NodePort node, ClusterSettings settings) {
    int datanodes = settings.nodes().size() - 1;
    return node.isCatalog()
        ? Map.of()
        : DatanodeSettings.of(datanodes, Runtime.getRuntime().availableProcessors());
  }

  public Path gtmDirectory() {
    return root.resolve("gtm");
  }

  public Path logFile(String name) {
    return created(root.resolve("log")).resolve(name + ".log");
  }

  public Path runFile(String name) {
    return created(root.resolve("run")).resolve(name);
  }

  Path nodesDirectory() {
    return created(root.resolve("nodes"));
  }

  /** Replaces a small file as a whole. */
  static void replace(Path file, String text) {
    try {
      Path partial = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
      Files.writeString(partial, text, UTF_8);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ClusterException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Path propertiesFile() {
    return root.resolve("cluster.properties");
  }

  private Path secretFile() {
    return root.resolve("secret");
  }

  private void requireEmpty() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      if (entries.findAny().isPresent()) {
        throw new ClusterException(root + " is neither empty nor a cluster of Drover");
      }
    }
  }

  private static Path created(Path directory) {
    try {
      createDirectories(directory);
      return directory;
    } catch (IOException e) {
      throw new ClusterException("cannot create %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Open for passing where servers run as another user; their own directories are closed. */
  private static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    createDirectories(directory.getParent());
    String mode = ServerUser.isRoot() ? OPEN : CLOSED;
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
  }

  /** The message of a file system's exception is often no more than the file's name. */
  private static String reason(IOException failure) {
    return switch (failure) {
      case FileAlreadyExistsException e -> e.getFile() + " is not a directory";
      case NoSuchFileException e -> "no such file or directory: " + e.getFile();
      default -> failure.getMessage();
    };
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\");
  }
}
