package dev.drover.coordinator.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The run-time parameters that differ from the role's defaults, with their canonical values, in the
 * order in which they were first set.
 *
 * <p>A server connection remembers the state that it has; when a session with another one takes it
 * over, {@link #applySql} brings it there.
 *
 * <p>Threads: immutable.
 */
public final class SettingsState {
  public static final String ROLE = "role";
  public static final String SESSION_AUTHORIZATION = "session_authorization";

  /** Follows from the two above; no server takes it. */
  public static final String IS_SUPERUSER = "is_superuser";

  /** The coordinator's own business: servers always speak UTF-8 with it. */
  public static final String CLIENT_ENCODING = "client_encoding";

  /** The role's own defaults. */
  public static final SettingsState DEFAULTS = new SettingsState(new LinkedHashMap<>());

  /**
   * Settings that every server takes again once one has taken them, whoever the role is. Those of a
   * user's own, with a dot in their names, are no less safe.
   */
  private static final Set<String> NEVER_REFUSED =
      Set.of(
          "application_name",
          "bytea_output",
          "client_encoding",
          "client_min_messages",
          "datestyle",
          "default_transaction_isolation",
          "default_transaction_read_only",
          "extra_float_digits",
          "idle_in_transaction_session_timeout",
          "intervalstyle",
          "jit",
          "lock_timeout",
          "maintenance_work_mem",
          "search_path",
          "standard_conforming_strings",
          "statement_timeout",
          "synchronous_commit",
          "timezone",
          "work_mem",
          IS_SUPERUSER);

  private final Map<String, String> values;
  private final String applySql;
  private final boolean mayBeRefused;

  private SettingsState(Map<String, String> values) {
    this.values = Collections.unmodifiableMap(values);
    this.applySql = buildSql(values);
    this.mayBeRefused =
        values.keySet().stream().anyMatch(n -> n.indexOf('.') < 0 && !NEVER_REFUSED.contains(n));
  }

  /** The value, or the role's default when absent. */
  public Map<String, String> values() {
    return values;
  }

  public SettingsState with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(name.toLowerCase(Locale.ROOT), value);
    return new SettingsState(changed);
  }

  public SettingsState without(String name) {
    if (!values.containsKey(name)) {
      return this;
    }
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.remove(name);
    return changed.isEmpty() ? DEFAULTS : new SettingsState(changed);
  }

  /**
   * True when a server may refuse what it took before: a role may be gone, or a right. What follows
   * must not run before the server has agreed, or it would run as somebody else.
   */
  public boolean mayBeRefused() {
    return mayBeRefused;
  }

  /** Brings a connection from any state to this one; {@code set_config} quotes lists right. */
  public String applySql() {
    return applySql;
  }

  /** The role comes last: it may not be allowed to set the others. */
  private static String buildSql(Map<String, String> values) {
    StringBuilder sql = new StringBuilder("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL");
    String separator = "; SELECT ";
    for (Map.Entry<String, String> setting : values.entrySet()) {
      if (!isIdentity(setting.getKey()) && !setting.getKey().equals(CLIENT_ENCODING)) {
        sql.append(separator).append(setConfig(setting.getKey(), setting.getValue(), false));
        separator = ", ";
      }
    }
    for (String identity : new String[] {SESSION_AUTHORIZATION, ROLE}) {
      if (values.containsKey(identity)) {
        sql.append("; SELECT ").append(setConfig(identity, values.get(identity), false));
      }
    }
    return sql.toString();
  }

  /** Who the session acts as, which RESET ALL leaves alone. */
  public static boolean isIdentity(String name) {
    return name.equals(ROLE) || name.equals(SESSION_AUTHORIZATION) || name.equals(IS_SUPERUSER);
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
