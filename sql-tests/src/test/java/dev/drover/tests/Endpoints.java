package dev.drover.tests;

import static java.util.Objects.requireNonNull;

import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.tests.Endpoint.Kind;
import java.util.Optional;

/**
 * The two servers under comparison: a Drover cluster and one plain PostgreSQL of the same version.
 *
 * <p>{@code -Ddrover.test.drover=host:port} and {@code -Ddrover.test.plain=host:port} name servers
 * that run already; {@code -Ddrover.test.selfcheck} takes a second plain server for Drover, which
 * checks the tests themselves.
 */
public record Endpoints(Endpoint drover, Endpoint plain, Runnable stop) implements AutoCloseable {
  private static final String PROPERTIES = "drover.test.";
  private static final String SUPERUSER = "postgres";
  private static final String DATABASE = "postgres";

  public Endpoints {
    requireNonNull(drover);
    requireNonNull(plain);
    requireNonNull(stop);
  }

  static Endpoints start() {
    boolean isSelfCheck = System.getProperty(PROPERTIES + "selfcheck") != null;
    Kind kind = isSelfCheck ? Kind.PLAIN : Kind.DROVER;
    TemporaryServers servers = TemporaryServers.open();
    Endpoint plain = running("plain", Kind.PLAIN).orElseGet(() -> plain(servers, "plain"));
    Endpoint drover = running("drover", kind).orElseGet(() -> plain(servers, "second"));
    return new Endpoints(drover, plain, servers::close);
  }

  private static Endpoint plain(TemporaryServers servers, String name) {
    PostgresServer server = servers.start(name);
    String password = servers.secret().password();
    Endpoint.Login login = new Endpoint.Login(SUPERUSER, password, DATABASE);
    return new Endpoint(Kind.PLAIN, "127.0.0.1", server.port(), login);
  }

  private static Optional<Endpoint> running(String name, Kind kind) {
    return Optional.ofNullable(System.getProperty(PROPERTIES + name))
        .map(address -> endpoint(kind, address));
  }

  private static Endpoint endpoint(Kind kind, String address) {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    String password = System.getProperty(PROPERTIES + "password", "");
    Endpoint.Login login = new Endpoint.Login(SUPERUSER, password, DATABASE);
    return new Endpoint(kind, address.substring(0, colon), port, login);
  }

  @Override
  public void close() {
    stop.run();
  }
}
