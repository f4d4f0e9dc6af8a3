package dev.drover.tests;

import static java.util.Objects.requireNonNull;

/**
 * The two servers under comparison: a Drover cluster and one plain PostgreSQL of the same version.
 *
 * <p>{@code -Ddrover.test.drover=host:port} and {@code -Ddrover.test.plain=host:port} name servers
 * that run already; {@code -Ddrover.test.selfcheck} says that the first is a plain one too, which
 * checks the scripts themselves.
 */
public record Endpoints(Endpoint drover, Endpoint plain) implements AutoCloseable {
  private static final String PROPERTIES = "drover.test.";

  public Endpoints {
    requireNonNull(drover);
    requireNonNull(plain);
  }

  static Endpoints start() {
    boolean isSelfCheck = System.getProperty(PROPERTIES + "selfcheck") != null;
    Endpoint.Kind kind = isSelfCheck ? Endpoint.Kind.PLAIN : Endpoint.Kind.DROVER;
    return new Endpoints(running("drover", kind), running("plain", Endpoint.Kind.PLAIN));
  }

  private static Endpoint running(String name, Endpoint.Kind kind) {
    String address = System.getProperty(PROPERTIES + name);
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    String password = System.getProperty(PROPERTIES + "password", "");
    Endpoint.Login login = new Endpoint.Login("postgres", password, "postgres");
    return new Endpoint(kind, address.substring(0, colon), port, login);
  }

  @Override
  public void close() {}
}
