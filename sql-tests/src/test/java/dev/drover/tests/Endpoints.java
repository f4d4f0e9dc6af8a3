package dev.drover.tests;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.tests.Endpoint.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The two servers under comparison: a Drover cluster and one plain PostgreSQL of the same version.
 *
 * <p>{@code -Ddrover.test.drover=host:port} and {@code -Ddrover.test.plain=host:port} name servers
 * that run already; {@code -Ddrover.test.selfcheck} takes a second plain server for Drover, which
 * checks the tests themselves.
 */
public final class Endpoints implements AutoCloseable {
  private static final String PROPERTIES = "drover.test.";
  private static final String SUPERUSER = "postgres";
  private static final String DATABASE = "postgres";

  private final Endpoint drover;
  private final Endpoint secondCoordinator;
  private final Endpoint plain;
  private final List<Endpoint> datanodes;
  private final List<Endpoint> servers;
  private final Deque<Runnable> stops = new ArrayDeque<>();

  private Endpoints(PostgresBinaries binaries) {
    TemporaryServers servers = TemporaryServers.open(binaries);
    stops.push(servers::close);
    plain = running("plain", Kind.PLAIN).orElseGet(() -> plain(servers, "plain"));
    boolean isSelfCheck = System.getProperty(PROPERTIES + "selfcheck") != null;
    Kind kind = isSelfCheck ? Kind.PLAIN : Kind.DROVER;
    Optional<Endpoint> given = running("drover", kind);
    if (given.isPresent() || isSelfCheck) {
      drover = given.orElseGet(() -> plain(servers, "second"));
      secondCoordinator = drover;
      datanodes = List.of();
      this.servers = List.of();
      return;
    }
    TemporaryCluster cluster = TemporaryCluster.inThisProcess(2, binaries);
    stops.push(cluster::close);
    drover = cluster.coordinators().getFirst();
    secondCoordinator = cluster.coordinators().getLast();
    datanodes = cluster.datanodes();
    this.servers = cluster.servers();
  }

  static Endpoints start() {
    return new Endpoints(PostgresBinaries.configured());
  }

  /** Of the given release, whichever the other tests use. */
  public static Endpoints start(PostgresBinaries binaries) {
    return new Endpoints(binaries);
  }

  public Endpoint drover() {
    return drover;
  }

  /** Another coordinator of the same cluster; the same one where only one is known. */
  public Endpoint secondCoordinator() {
    return secondCoordinator;
  }

  public Endpoint plain() {
    return plain;
  }

  /** The datanodes' own servers, for looking behind Drover's back; none where it runs already. */
  public List<Endpoint> datanodes() {
    return datanodes;
  }

  /** The datanodes' servers and before them the catalog node's; none where it runs already. */
  public List<Endpoint> servers() {
    return servers;
  }

  @Override
  public void close() {
    while (!stops.isEmpty()) {
      stops.pop().run();
    }
  }

  private static Endpoint plain(TemporaryServers servers, String name) {
    PostgresServer server = servers.start(name);
    return endpoint(Kind.PLAIN, "127.0.0.1:" + server.port(), servers.secret().password());
  }

  private static Optional<Endpoint> running(String name, Kind kind) {
    String password = System.getProperty(PROPERTIES + "password", "");
    return Optional.ofNullable(System.getProperty(PROPERTIES + name))
        .map(address -> endpoint(kind, address, password));
  }

  private static Endpoint endpoint(Kind kind, String address, String password) {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    Endpoint.Login login = new Endpoint.Login(SUPERUSER, password, DATABASE);
    return new Endpoint(kind, address.substring(0, colon), port, login);
  }
}
