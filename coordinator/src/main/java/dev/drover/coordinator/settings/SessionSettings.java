package dev.drover.coordinator.settings;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

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

  private final SettingsState initial;
  private SettingsState session;
  private SettingsState effective;
  private SettingsState atBegin;
  private final Deque<Level> levels = new ArrayDeque<>();

  public SessionSettings(SettingsState initial) {
    this.initial = initial;
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

  /** Back to what the session began with. */
  public void reset(String name, boolean local) {
    String first = initial.values().get(name);
    if (first != null) {
      set(name, first, local);
      return;
    }
    effective = effective.without(name);
    if (!local) {
      session = session.without(name);
    }
  }

  /** All but who the session acts as; a user's own settings are empty from then on. */
  public void resetAll() {
    for (String name : List.copyOf(effective.values().keySet())) {
      boolean own = name.indexOf('.') >= 0 && !initial.values().containsKey(name);
      if (own) {
        set(name, "", false);
      } else if (!SettingsState.isIdentity(name)) {
        reset(name, false);
      }
    }
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

  /** An error takes back what was set since the last savepoint, or the begin. */
  public void abort() {
    session = levels.isEmpty() ? atBegin : levels.peek().session();
    effective = levels.isEmpty() ? atBegin : levels.peek().effective();
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

  /**
   * Brings a participant that has joined with {@link #atBegin} to the effective settings, one
   * statement each.
   */
  public List<String> localStatements() {
    Set<String> names = new LinkedHashSet<>(atBegin.values().keySet());
    names.addAll(effective.values().keySet());
    names.removeIf(n -> Objects.equals(atBegin.values().get(n), effective.values().get(n)));
    return localStatements(names);
  }

  /** Brings these settings of a participant to what they are now, for this transaction. */
  public String localSql(Collection<String> names) {
    return String.join("; ", localStatements(names));
  }

  private List<String> localStatements(Collection<String> names) {
    List<String> statements = new ArrayList<>();
    for (String name : names) {
      if (!SettingsState.isIdentity(name) && !name.equals(SettingsState.CLIENT_ENCODING)) {
        statements.add(localValue(name));
      }
    }
    for (String name : List.of(SettingsState.SESSION_AUTHORIZATION, SettingsState.ROLE)) {
      if (names.contains(name)) {
        statements.add(localValue(name));
      }
    }
    return statements;
  }

  private String localValue(String name) {
    String value = effective.values().get(name);
    return value == null
        ? localDefault(name)
        : "SELECT " + SettingsState.setConfig(name, value, true);
  }

  private static String localDefault(String name) {
    return switch (name) {
      case SettingsState.ROLE -> "SET LOCAL ROLE NONE";
      case SettingsState.SESSION_AUTHORIZATION -> "SET LOCAL SESSION AUTHORIZATION DEFAULT";
      default ->
          Arrays.stream(name.split("\\.", -1))
              .map(part -> '"' + part.replace("\"", "\"\"") + '"')
              .collect(Collectors.joining(".", "SET LOCAL ", " TO DEFAULT"));
    };
  }
}
