package dev.drover.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.ServerSettings;
import dev.drover.deploy.cluster.Auth;
import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterSettings;
import dev.drover.deploy.cluster.GtmStandbys;
import dev.drover.deploy.cluster.LocalCluster;
import dev.drover.deploy.cluster.NodePort;
import dev.drover.deploy.cluster.Supervisor;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmProbe;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A Drover cluster of three datanodes in a directory that goes when this is closed.
 *
 * <p>Threads: thread-safe; closed by one thread.
 */
public final class TemporaryCluster implements AutoCloseable {
  private static final int DATANODES = 3;
  private static final int PROBE_SECONDS = 1;

  /** Names a directory that keeps the members' logs. */
  private static final String LOGS_PROPERTY = "drover.test.logs";

  /** A PostgreSQL server's processes are found by what its agent writes down. */
  private static final String SERVER_PID = "server";

  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final AutoCloseable running;

  private TemporaryCluster(
      ClusterDirectory directory, ClusterSettings settings, AutoCloseable running) {
    this.directory = directory;
    this.settings = settings;
    this.running = running;
  }

  /** Everything but the PostgreSQL servers in this process. */
  public static TemporaryCluster inThisProcess(int coordinators) {
    return inThisProcess(coordinators, Auth.TRUST);
  }

  /** With servers of the given release. */
  public static TemporaryCluster inThisProcess(int coordinators, PostgresBinaries binaries) {
    return start(newSettings(coordinators, binaries, Auth.TRUST), LocalCluster::start);
  }

  public static TemporaryCluster inThisProcess(int coordinators, Auth auth) {
    PostgresBinaries binaries = PostgresBinaries.configured();
    return start(newSettings(coordinators, binaries, auth), LocalCluster::start);
  }

  /** Every member a process of its own, started again when it dies. */
  public static TemporaryCluster ofProcesses(int coordinators) {
    return ofProcesses(coordinators, Auth.TRUST);
  }

  public static TemporaryCluster ofProcesses(int coordinators, Auth auth) {
    PostgresBinaries binaries = PostgresBinaries.configured();
    return start(newSettings(coordinators, binaries, auth), Supervisor::start);
  }

  private static TemporaryCluster start(
      ClusterSettings settings, Function<ClusterDirectory, AutoCloseable> starter) {
    ClusterDirectory directory = newDirectory();
    directory.create(settings);
    return new TemporaryCluster(directory, settings, starter.apply(directory));
  }

  /** Where clients connect to. */
  public List<Endpoint> coordinators() {
    return settings.coordinatorPorts().stream()
        .map(port -> endpoint(Endpoint.Kind.DROVER, port, "postgres"))
        .toList();
  }

  /** The datanodes' own servers, for looking behind Drover's back. */
  public List<Endpoint> datanodes() {
    return settings.datanodes().stream()
        .map(node -> endpoint(Endpoint.Kind.PLAIN, node.port(), "drover"))
        .toList();
  }

  /** The servers behind Drover, the catalog node's first. */
  public List<Endpoint> servers() {
    return settings.nodes().stream()
        .map(node -> endpoint(Endpoint.Kind.PLAIN, node.port(), "drover"))
        .toList();
  }

  /** Puts a proxy before a node; coordinators take it when the catalog changes next. */
  public BreakingProxy proxyBefore(String node) throws SQLException {
    NodePort port = settings.node(node);
    String socket = ".s.PGSQL." + port.port();
    Path proxies = directory.root().resolve("proxy");
    try (Connection connection = servers().getFirst().connect();
        Statement statement = connection.createStatement()) {
      Files.createDirectories(proxies);
      String query = "SELECT socket_directory FROM drover.nodes WHERE name = '%s'".formatted(node);
      ResultSet row = statement.executeQuery(query);
      row.next();
      Path server = Path.of(row.getString(1));
      statement.execute(
          "UPDATE drover.nodes SET socket_directory = '%s' WHERE name = '%s'"
              .formatted(proxies, node));
      return BreakingProxy.at(proxies.resolve(socket), server.resolve(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One more, which stands by; returns when it does. */
  public void addGtm() {
    GtmStandbys.add(directory);
  }

  /** Of the GTMs {@code gtm}, {@code gtm2} and so on; false also if it does not answer. */
  public boolean isActiveGtm(String label) {
    return askGtm(label).orElse(false);
  }

  public boolean answersGtm(String label) {
    return askGtm(label).isPresent();
  }

  private Optional<Boolean> askGtm(String label) {
    int number = label.equals("gtm") ? 1 : Integer.parseInt(label.substring("gtm".length()));
    GtmAddress address =
        new GtmAddress("127.0.0.1", directory.settings().gtmPorts().get(number - 1));
    try {
      return Optional.of(
          new GtmProbe(directory.secret().password(), PROBE_SECONDS).isActive(address));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  public List<String> datanodeNames() {
    return settings.datanodes().stream().map(NodePort::name).toList();
  }

  /** Some other server on this machine that takes the cluster's password. */
  public Endpoint server(int port) {
    return endpoint(Endpoint.Kind.PLAIN, port, "drover");
  }

  /** A fresh server takes the cluster's password, so that it can become a node. */
  public Endpoint adopt(PostgresServer fresh) throws SQLException {
    String password = datanodes().getFirst().login().password();
    try (Connection connection = fresh.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE drover PASSWORD '" + password + "'");
    }
    return server(fresh.port());
  }

  /** The same, and a datanode of this name, by the first coordinator. */
  public Endpoint addNode(String name, PostgresServer fresh) throws SQLException {
    Endpoint server = adopt(fresh);
    coordinators()
        .getFirst()
        .run(
            "CREATE NODE %s WITH (TYPE = 'datanode', HOST = '127.0.0.1', PORT = %d)"
                .formatted(name, fresh.port()));
    return server;
  }

  /** Of a member by its label: {@code gtm}, {@code coordinator2}, {@code dn1}. */
  public long processId(String member) {
    String pid = read(directory.runFile(member + ".pid")).strip().split(" ", -1)[0];
    return Long.parseLong(pid);
  }

  /** Ends a member's process without warning. */
  public void kill(String member) {
    destroy(processId(member));
  }

  /** From now on the member does nothing and answers nobody. */
  public void suspend(String member) {
    signal("STOP", member);
  }

  /** It goes on as if no time had passed. */
  public void resume(String member) {
    signal("CONT", member);
  }

  private void signal(String signal, String member) {
    String pid = Long.toString(processId(member));
    try {
      int status = new ProcessBuilder("kill", "-" + signal, pid).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill answered " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends a node's PostgreSQL server without warning; its agent lives. */
  public void killServer(String node) {
    Properties status = new Properties();
    try {
      status.load(new StringReader(read(directory.runFile(node + ".status"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    destroy(Long.parseLong(status.getProperty(SERVER_PID)));
  }

  @Override
  public void close() {
    try {
      running.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the cluster did not stop", e);
    } finally {
      keepLogs();
      delete();
    }
  }

  private void delete() {
    try {
      Directories.delete(directory.root());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keepLogs() {
    Optional.ofNullable(System.getProperty(LOGS_PROPERTY))
        .map(kept -> Path.of(kept, directory.root().getFileName().toString()))
        .ifPresent(this::copyLogs);
  }

  private void copyLogs(Path target) {
    PathMatcher isLog = FileSystems.getDefault().getPathMatcher("glob:{log/*,nodes/*/server.log*}");
    try (Stream<Path> files = Files.walk(directory.root())) {
      Files.createDirectories(target);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = directory.root().relativize(file);
        if (isLog.matches(relative)) {
          Files.copy(file, target.resolve(relative.toString().replace('/', '-')));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Endpoint endpoint(Endpoint.Kind kind, int port, String user) {
    String password = directory.secret().password();
    return new Endpoint(kind, "127.0.0.1", port, new Endpoint.Login(user, password, "postgres"));
  }

  private static void destroy(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ClusterDirectory newDirectory() {
    try {
      Path parent = Files.createTempDirectory("drover-cluster");
      Files.delete(parent);
      return new ClusterDirectory(parent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ClusterSettings newSettings(
      int coordinators, PostgresBinaries binaries, Auth auth) {
    int others = 2 + DATANODES;
    List<Integer> ports = FreePorts.different(coordinators + others);
    List<NodePort> nodes = new ArrayList<>();
    nodes.add(new NodePort(NodePort.CATALOG, ports.get(0)));
    for (int i = 1; i <= DATANODES; i++) {
      nodes.add(new NodePort("dn" + i, ports.get(i)));
    }
    List<Integer> gtms = ports.subList(1 + DATANODES, others);
    ClusterSettings.Access access =
        new ClusterSettings.Access(binaries.binDirectory().toString(), auth);
    Map<String, String> serverSettings = new HashMap<>(ServerSettings.forTests());
    return new ClusterSettings(
        ports.subList(others, ports.size()), gtms, nodes, access, serverSettings);
  }
}
