package dev.drover.agent.postgres;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one server is to be: where it lives, its port, its superusers' password and settings.
 *
 * <p>Invariant: the settings given here override {@link ServerSettings#defaults}.
 *
 * <p>Threads: immutable.
 */
public record ServerConfig(
    Path home, int port, Secret secret, Lifetime lifetime, Map<String, String> settings) {
  private static final int MAX_PORT = 65_535;

  public ServerConfig {
    if (!home.isAbsolute()) {
      throw new IllegalArgumentException("home is relative: " + home);
    }
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("port " + port);
    }
    settings = Map.copyOf(settings);
  }

  public static ServerConfig of(Path home, int port, Secret secret) {
    return new ServerConfig(home, port, secret, Lifetime.INDEPENDENT, Map.of());
  }

  public ServerConfig with(String setting, String value) {
    Map<String, String> changed = new LinkedHashMap<>(settings);
    changed.put(setting, value);
    return new ServerConfig(home, port, secret, lifetime, changed);
  }

  public ServerConfig withSettings(Map<String, String> more) {
    Map<String, String> changed = new LinkedHashMap<>(settings);
    changed.putAll(more);
    return new ServerConfig(home, port, secret, lifetime, changed);
  }

  public ServerConfig withLifetime(Lifetime other) {
    return new ServerConfig(home, port, secret, other, settings);
  }

  Path dataDirectory() {
    return home.resolve("data");
  }

  Path logFile() {
    return home.resolve("server.log");
  }
}
