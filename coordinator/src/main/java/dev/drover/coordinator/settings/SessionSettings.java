package dev.drover.coordinator.settings;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * The settings of one session through its transactions: what a commit keeps, what ends with the
 * transaction, and what a rollback to a savepoint brings back.
 *
 * <p>Source: PostgreSQL 18 manual, SET, "the effects of SET LOCAL last only till the end of the
 * current transaction".
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class SessionSettings {
  private record Level(String savepoint, SettingsState session, SettingsState effective) {}

  private SettingsState session;
  private SettingsState effective;
  private SettingsState atBegin;
  private final Deque<Level> levels = new ArrayDeque<>();

  public SessionSettings(SettingsState initial) {
    session = initial;
    effective = initial;
    atBegin = initial;
  }

  /** What the next statement runs with. */
  public SettingsState effective() {
    return effective;
  }

  /** What participants have before the transaction's own changes. */
  public SettingsState atBegin() {
    return atBegin;
  }

  public void begin() {
    atBegin = session;
    effective = session;
    levels.clear();
  }

  public void set(String name, String value, boolean local) {
    effective = effective.with(name, value);
    if (!local) {
      session = session.with(name, value);
    }
  }

  public void reset(String name) {
    effective = effective.without(name);
    session = session.without(name);
  }

  public void resetAll() {
    effective = SettingsState.DEFAULTS;
    session = SettingsState.DEFAULTS;
  }

  public void savepoint(String name) {
    levels.push(new Level(name, session, effective));
  }

  public void rollbackTo(String name) {
    while (!levels.isEmpty() && !levels.peek().savepoint().equals(name)) {
      levels.pop();
    }
    if (!levels.isEmpty()) {
      session = levels.peek().session();
      effective = levels.peek().effective();
    }
  }

  public void release(String name) {
    boolean found = false;
    while (!levels.isEmpty() && !found) {
      found = levels.pop().savepoint().equals(name);
    }
  }

  public void commit() {
    effective = session;
    atBegin = session;
    levels.clear();
  }

  public void rollback() {
    session = atBegin;
    effective = atBegin;
    levels.clear();
  }

  /** Brings a participant that has joined with {@link #atBegin} to the effective settings. */
  public String localSql() {
    StringBuilder sql = new StringBuilder();
    for (Map.Entry<String, String> setting : effective.values().entrySet()) {
      if (!setting.getValue().equals(atBegin.values().get(setting.getKey()))) {
        sql.append(sql.isEmpty() ? "SELECT " : ", ")
            .append(SettingsState.setConfig(setting.getKey(), setting.getValue(), true));
      }
    }
    return sql.toString();
  }
}
