package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to open a {@link BackendLink}.
 *
 * <p>{@code parameters} are further startup parameters, such as {@code client_encoding} or {@code
 * options}; {@code connectTimeout} bounds everything up to the first ReadyForQuery; {@code server}
 * is what errors call it.
 */
public record LinkOptions(
    String user,
    String database,
    Map<String, String> parameters,
    Credentials credentials,
    Duration connectTimeout,
    String server) {
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

  public LinkOptions {
    requireNonNull(user);
    requireNonNull(database);
    requireNonNull(credentials);
    requireNonNull(server);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    if (!connectTimeout.isPositive()) {
      throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
    }
  }

  public static LinkOptions of(String user, String database, Credentials credentials) {
    return new LinkOptions(
        user, database, Map.of(), credentials, DEFAULT_CONNECT_TIMEOUT, "server");
  }

  public LinkOptions withParameters(Map<String, String> newParameters) {
    return new LinkOptions(user, database, newParameters, credentials, connectTimeout, server);
  }

  public LinkOptions withConnectTimeout(Duration timeout) {
    return new LinkOptions(user, database, parameters, credentials, timeout, server);
  }

  /** Names the server in errors, for example {@code node "dn1"}. */
  public LinkOptions withServer(String name) {
    return new LinkOptions(user, database, parameters, credentials, connectTimeout, name);
  }

  Map<String, String> startupParameters() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("user", user);
    all.put("database", database);
    all.putAll(parameters);
    return all;
  }
}
