package dev.drover.coordinator;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a coordinator runs. Read once, from a properties file.
 *
 * @param name unique among the coordinators of a cluster; keeps its identity at the GTM
 * @param listen address and port for clients; port 0 takes a free one
 * @param gtms where the GTMs listen, one of which is active
 * @param secret the cluster's shared secret, and the password of the role {@code drover}
 * @param catalogHost where the catalog node listens for SQL by TCP
 * @param catalogSocketDirectory folder of the catalog node's Unix socket; empty for TCP
 * @param trustLoopback clients from this machine need no password
 * @param eventLoops threads that serve clients
 * @param poolWait how long a request waits for a free connection before 53300
 * @param moveGrace how long the old copy of a slot that has moved is kept
 */
public record CoordinatorConfig(
    String name,
    Endpoint listen,
    List<Endpoint> gtms,
    String secret,
    Endpoint catalogHost,
    String catalogSocketDirectory,
    boolean trustLoopback,
    int eventLoops,
    Duration poolWait,
    Duration moveGrace) {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "listen.host",
          "listen.port",
          "gtm.host",
          "gtm.port",
          "gtm.standbys",
          "secret",
          "catalog.host",
          "catalog.port",
          "catalog.socket_directory",
          "auth",
          "event_loops",
          "pool_wait",
          "move_grace");

  private static final int DEFAULT_PORT = 6432;
  private static final Duration DEFAULT_POOL_WAIT = Duration.ofSeconds(30);

  public static final Duration DEFAULT_MOVE_GRACE = Duration.ofMinutes(10);

  /** A host and a TCP port. */
  public record Endpoint(String host, int port) {
    public Endpoint {
      requireNonNull(host);
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("not a port: " + port);
      }
    }
  }

  public CoordinatorConfig {
    if (requireNonNull(name).isEmpty()) {
      throw new IllegalArgumentException("a coordinator needs a name");
    }
    requireNonNull(listen);
    gtms = List.copyOf(gtms);
    requireNonNull(secret);
    requireNonNull(catalogHost);
    requireNonNull(catalogSocketDirectory);
    if (eventLoops < 1) {
      throw new IllegalArgumentException("event_loops must be at least 1: " + eventLoops);
    }
    if (!poolWait.isPositive()) {
      throw new IllegalArgumentException("pool_wait must be positive: " + poolWait);
    }
    if (moveGrace.isNegative()) {
      throw new IllegalArgumentException("move_grace must not be negative: " + moveGrace);
    }
  }

  /** Half of the machine's cores, since the servers and the clients need the others. */
  public static int defaultEventLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** Unknown keys are refused: a misspelt one must not be a silent default. */
  public static CoordinatorConfig of(Properties properties) {
    Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown settings: " + String.join(", ", unknown));
    }
    String auth = properties.getProperty("auth", "scram");
    if (!auth.equals("scram") && !auth.equals("trust")) {
      throw new IllegalArgumentException("auth must be scram or trust: " + auth);
    }
    return new CoordinatorConfig(
        properties.getProperty("name", "coordinator1"),
        endpoint(properties, "listen", DEFAULT_PORT),
        gtms(properties),
        required(properties, "secret"),
        endpoint(properties, "catalog", 0),
        properties.getProperty("catalog.socket_directory", ""),
        auth.equals("trust"),
        number(properties, "event_loops", defaultEventLoops()),
        Duration.ofMillis(number(properties, "pool_wait", (int) DEFAULT_POOL_WAIT.toMillis())),
        Duration.ofMillis(number(properties, "move_grace", (int) DEFAULT_MOVE_GRACE.toMillis())));
  }

  /** The standbys are {@code host:port}, with commas between them. */
  private static List<Endpoint> gtms(Properties properties) {
    List<Endpoint> gtms = new ArrayList<>(List.of(endpoint(properties, "gtm", 0)));
    for (String standby : properties.getProperty("gtm.standbys", "").split(",", -1)) {
      String address = standby.strip();
      int colon = address.lastIndexOf(':');
      if (colon > 0) {
        int port = Integer.parseInt(address.substring(colon + 1));
        gtms.add(new Endpoint(address.substring(0, colon), port));
      } else if (!address.isEmpty()) {
        throw new IllegalArgumentException("gtm.standbys is not host:port: " + address);
      }
    }
    return gtms;
  }

  private static Endpoint endpoint(Properties properties, String key, int defaultPort) {
    String host = properties.getProperty(key + ".host", "127.0.0.1");
    return new Endpoint(host, number(properties, key + ".port", defaultPort));
  }

  private static String required(Properties properties, String key) {
    String value = properties.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is not set");
    }
    return value;
  }

  private static int number(Properties properties, String key, int defaultValue) {
    String value = properties.getProperty(key);
    if (value == null) {
      return defaultValue;
    }
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is not a number: " + value, e);
    }
  }

  /** Never shows the secret. */
  @Override
  public String toString() {
    return "CoordinatorConfig[" + name + " listen=" + listen + " gtms=" + gtms + "]";
  }
}
