package dev.drover.agent.postgres;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The settings that a server needs to be a member of a cluster, sized for a small machine. */
public final class ServerSettings {
  private static final int FIRST_MAJOR_WITHOUT_OLD_SNAPSHOT_THRESHOLD = 17;

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("listen_addresses", "127.0.0.1"),
          Map.entry("unix_socket_permissions", "0700"),
          Map.entry("max_connections", "300"),
          Map.entry("max_prepared_transactions", "200"),
          Map.entry("max_locks_per_transaction", "256"),
          Map.entry("wal_level", "logical"),
          Map.entry("wal_retrieve_retry_interval", "500ms"),
          Map.entry("password_encryption", "scram-sha-256"),
          Map.entry("shared_buffers", "128MB"),
          Map.entry("jit", "off"),
          Map.entry("fsync", "on"),
          Map.entry("lc_messages", "C"),
          Map.entry("logging_collector", "off"),
          Map.entry("log_destination", "stderr"),
          Map.entry("log_line_prefix", "%m [%p] "));

  private ServerSettings() {}

  public static Map<String, String> defaults(PostgresVersion version) {
    Map<String, String> settings = new TreeMap<>(DEFAULTS);
    if (version.major() < FIRST_MAJOR_WITHOUT_OLD_SNAPSHOT_THRESHOLD) {
      settings.put("old_snapshot_threshold", "-1");
    }
    return settings;
  }

  /**
   * Settings for servers of tests: little memory, and no wait for the disk. A killed server still
   * recovers; only a crash of the machine would lose data.
   */
  public static Map<String, String> forTests() {
    return Map.of("shared_buffers", "16MB", "fsync", "off", "max_wal_size", "256MB");
  }

  static String asFile(Map<String, String> settings) {
    return new TreeMap<>(settings)
        .entrySet().stream()
            .map(entry -> "%s = '%s'%n".formatted(entry.getKey(), quoted(entry.getValue())))
            .collect(Collectors.joining());
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("'", "''");
  }
}
