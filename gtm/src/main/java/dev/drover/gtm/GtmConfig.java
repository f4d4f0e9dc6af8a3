package dev.drover.gtm;

import static java.util.Objects.requireNonNull;

import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.JdbcLockGraphSource.Credentials;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.NodeAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The settings of a GTM, read once.
 *
 * <pre>
 *   key                                  default     what
 *   gtm.host                             127.0.0.1   address to listen on
 *   gtm.port                             6666        port to listen on; 0 lets the system choose
 *   gtm.data_dir                         -           directory of the log; with seat_servers, only of
 *                                                    the GTM that was the only one or is the first
 *   gtm.seat_servers                     -           host:port of the servers that keep seat and state,
 *                                                    the same for all GTMs; without, the log does
 *   gtm.addresses                        -           host:port of all GTMs, told to clients
 *   gtm.secret_file                      -           file that holds the cluster secret
 *   gtm.lease_millis                     4000        a coordinator that is silent so long is dead
 *   gtm.gxid_range                       10000       GXIDs that a coordinator is given at a time
 *   gtm.max_transactions_per_coordinator 100         active transactions of one coordinator
 *   gtm.max_transactions                 400         active transactions of all coordinators
 *   gtm.lock_poll_millis                 75          between two looks at lock waits
 *   gtm.gate_drain_millis                50          longest wait for second phases for a snapshot
 *   gtm.gate_hold_millis                 20          longest time without commits for a snapshot
 *   gtm.gate_pace                        4           gate open this many times as long as closed
 *   gtm.alone_millis                     200         a lone coordinator snapshots so long unasked
 *   gtm.lock_user                        drover      role that looks at lock waits
 *   gtm.lock_password_file               -           its password; without, no password is sent
 *   gtm.lock_database                    postgres    database that it connects to
 * </pre>
 */
public record GtmConfig(
    InetSocketAddress address,
    Optional<Path> directory,
    List<NodeAddress> seatServers,
    List<NodeAddress> gtms,
    String secret,
    GtmTerms terms,
    Credentials locks) {

  private static final String PREFIX = "gtm.";
  private static final String REQUIRED = "";
  private static final Map<String, String> DEFAULTS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("host", "127.0.0.1"),
              Map.entry("port", "6666"),
              Map.entry("data_dir", REQUIRED),
              Map.entry("seat_servers", ""),
              Map.entry("addresses", ""),
              Map.entry("secret_file", REQUIRED),
              Map.entry("lease_millis", "4000"),
              Map.entry("gxid_range", "10000"),
              Map.entry("max_transactions_per_coordinator", "100"),
              Map.entry("max_transactions", "400"),
              Map.entry("lock_poll_millis", "75"),
              Map.entry("gate_drain_millis", "50"),
              Map.entry("gate_hold_millis", "20"),
              Map.entry("gate_pace", "4"),
              Map.entry("alone_millis", "200"),
              Map.entry("lock_user", "drover"),
              Map.entry("lock_password_file", REQUIRED),
              Map.entry("lock_database", "postgres")));

  public GtmConfig {
    requireNonNull(address);
    requireNonNull(directory);
    seatServers = List.copyOf(seatServers);
    gtms = List.copyOf(gtms);
    if (seatServers.isEmpty() && directory.isEmpty()) {
      throw new IllegalArgumentException("gtm.data_dir is not set");
    }
    requireNonNull(secret);
    requireNonNull(terms);
    requireNonNull(locks);
  }

  /** Reads the properties that begin with {@code gtm.}; an unknown one is refused. */
  public static GtmConfig from(Properties properties) throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(PREFIX) && !DEFAULTS.containsKey(name.substring(PREFIX.length()))) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown settings: " + String.join(", ", unknown));
    }
    GtmTerms terms =
        new GtmTerms(
            number(properties, "lease_millis"),
            Math.toIntExact(number(properties, "gxid_range")),
            Math.toIntExact(number(properties, "max_transactions_per_coordinator")),
            Math.toIntExact(number(properties, "max_transactions")),
            number(properties, "lock_poll_millis"),
            new GateLimits(
                number(properties, "gate_drain_millis"),
                number(properties, "gate_hold_millis"),
                Math.toIntExact(number(properties, "gate_pace"))),
            number(properties, "alone_millis"));
    String passwordFile = text(properties, "lock_password_file");
    Credentials locks =
        new Credentials(
            text(properties, "lock_user"),
            passwordFile.isEmpty() ? "" : firstLine(passwordFile),
            text(properties, "lock_database"));
    return new GtmConfig(
        new InetSocketAddress(
            required(properties, "host"), Math.toIntExact(number(properties, "port"))),
        Optional.of(text(properties, "data_dir")).filter(dir -> !dir.isEmpty()).map(Path::of),
        servers(text(properties, "seat_servers")),
        servers(text(properties, "addresses")),
        firstLine(required(properties, "secret_file")),
        terms,
        locks);
  }

  /** The keys and their defaults; a required one has an empty default. */
  static Map<String, String> defaults() {
    return Map.copyOf(DEFAULTS);
  }

  @Override
  public String toString() {
    return "gtm on " + address + directory.map(at -> " at " + at).orElse("") + " with " + terms;
  }

  private static List<NodeAddress> servers(String text) {
    return Pattern.compile(",")
        .splitAsStream(text)
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .map(GtmConfig::server)
        .toList();
  }

  private static NodeAddress server(String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not host:port: " + address);
    }
    return new NodeAddress(
        address, address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  private static String text(Properties properties, String key) {
    return properties.getProperty(PREFIX + key, DEFAULTS.get(key)).strip();
  }

  private static String required(Properties properties, String key) {
    String value = text(properties, key);
    if (value.isEmpty()) {
      throw new IllegalArgumentException(PREFIX + key + " is not set");
    }
    return value;
  }

  private static long number(Properties properties, String key) {
    String value = text(properties, key);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(PREFIX + key + " is no number: " + value, e);
    }
  }

  private static String firstLine(String file) throws IOException {
    return Files.readString(Path.of(file)).lines().findFirst().orElse("").strip();
  }
}
