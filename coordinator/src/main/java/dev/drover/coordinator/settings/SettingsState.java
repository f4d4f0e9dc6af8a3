package dev.drover.coordinator.settings;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The run-time parameters that differ from the role's defaults, with their canonical values.
 *
 * <p>A server connection remembers the state that it has; when a session with another one takes it
 * over, {@link #applySql} brings it there.
 *
 * <p>Threads: immutable.
 */
public final class SettingsState {
  /** The role's own defaults. */
  public static final SettingsState DEFAULTS = new SettingsState(new TreeMap<>());

  private final SortedMap<String, String> values;
  private final String applySql;

  private SettingsState(SortedMap<String, String> values) {
    this.values = Collections.unmodifiableSortedMap(values);
    this.applySql = buildSql(values);
  }

  /** The value, or the role's default when absent. */
  public Map<String, String> values() {
    return values;
  }

  public SettingsState with(String name, String value) {
    SortedMap<String, String> changed = new TreeMap<>(values);
    changed.put(name, value);
    return new SettingsState(changed);
  }

  public SettingsState without(String name) {
    if (!values.containsKey(name)) {
      return this;
    }
    SortedMap<String, String> changed = new TreeMap<>(values);
    changed.remove(name);
    return changed.isEmpty() ? DEFAULTS : new SettingsState(changed);
  }

  /** Brings a connection from any state to this one; {@code set_config} quotes lists right. */
  public String applySql() {
    return applySql;
  }

  private static String buildSql(SortedMap<String, String> values) {
    StringBuilder sql = new StringBuilder("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL");
    String separator = "; SELECT ";
    for (Map.Entry<String, String> setting : values.entrySet()) {
      sql.append(separator).append(setConfig(setting.getKey(), setting.getValue(), false));
      separator = ", ";
    }
    return sql.toString();
  }

  /** {@code set_config(name, value, local)}. */
  public static String setConfig(String name, String value, boolean local) {
    return "pg_catalog.set_config(" + literal(name) + ", " + literal(value) + ", " + local + ")";
  }

  /** A string constant that reads the same whatever standard_conforming_strings says. */
  public static String literal(String value) {
    String quoted = value.replace("'", "''");
    return quoted.indexOf('\\') < 0
        ? "'" + quoted + "'"
        : " E'" + quoted.replace("\\", "\\\\") + "'";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SettingsState that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return "SettingsState" + values;
  }
}
