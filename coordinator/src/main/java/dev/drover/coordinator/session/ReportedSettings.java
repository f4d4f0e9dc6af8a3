package dev.drover.coordinator.session;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.BackendEncoder;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings whose values the protocol reports to the client, and what it was last told.
 *
 * <p>Source: PostgreSQL 18 manual, 53.2.7 "Asynchronous Operations".
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ReportedSettings {
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, String> defaults;
  private final Map<String, String> told = new HashMap<>();

  /** {@code defaults} are what a server reports to this role, by the names it uses. */
  ReportedSettings(Map<String, String> defaults) {
    this.defaults = new TreeMap<>(defaults);
    defaults.keySet().forEach(name -> names.put(name.toLowerCase(Locale.ROOT), name));
  }

  /** What the session begins with. */
  void tellAll(SettingsState settings, ByteBuf out) {
    defaults.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          tell(name, settings.values().getOrDefault(lower, value), out);
        });
  }

  /** The value of this one, if it is reported and the client does not know it yet. */
  void tellChange(String lowerCaseName, SettingsState settings, ByteBuf out) {
    String name = names.get(lowerCaseName);
    if (name == null) {
      return;
    }
    String value = settings.values().getOrDefault(lowerCaseName, defaults.get(name));
    if (!value.equals(told.get(name))) {
      tell(name, value, out);
    }
  }

  /** What a server reports to the role; empty if it does not report this one. */
  Optional<String> byDefault(String lowerCaseName) {
    return Optional.ofNullable(names.get(lowerCaseName)).map(defaults::get);
  }

  boolean isDefault(String name, String value) {
    return value.equals(defaults.get(name));
  }

  private void tell(String name, String value, ByteBuf out) {
    told.put(name, value);
    BackendEncoder.parameterStatus(out, name, value);
  }
}
