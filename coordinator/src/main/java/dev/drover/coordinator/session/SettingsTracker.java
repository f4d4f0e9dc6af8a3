package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.SearchPaths;
import dev.drover.coordinator.settings.SessionSettings;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.pgwire.ClientEncoding;
import dev.drover.planner.context.SearchPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The session's settings, and what the coordinator itself derives from them.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SettingsTracker {
  private static final String SEARCH_PATH = "search_path";
  private static final String NO_ROLE = "none";

  /** A server sets these before anybody else can. */
  private static final List<String> FIRST_SET =
      List.of("datestyle", "timezone", SettingsState.CLIENT_ENCODING);

  /** A search path depends on who "$user" is. */
  private record PathKey(String setting, String role) {}

  private final SessionSettings settings;
  private final ReportedSettings reported;
  private final Session session;
  private final String role;
  private final String defaultSearchPath;
  private final TransactionDefaults roleDefaults;
  private final Map<PathKey, SearchPath> paths = new HashMap<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final Map<String, ClientEncoding> encodings = new HashMap<>();
  private String clientEncoding = Encodings.UTF8;
  private PathKey pathKey;
  private SearchPath path;
  private TransactionDefaults transactionDefaults = TransactionDefaults.BUILT_IN;

  SettingsTracker(
      Session session,
      String role,
      RoleInfo info,
      SettingsState initial,
      Encodings.Found encoding) {
    encoding.table().ifPresent(t -> encodings.put(encoding.canonical(), t));
    this.session = session;
    this.role = role;
    this.settings = new SessionSettings(initial);
    this.reported = new ReportedSettings(info.reported());
    this.defaultSearchPath = info.searchPath();
    this.roleDefaults = info.transactions();
    derive();
  }

  SettingsState effective() {
    return settings.effective();
  }

  ReportedSettings reported() {
    return reported;
  }

  /** The value for this session; {@code builtIn} when neither it nor its role has set one. */
  String value(String name, String builtIn) {
    String own = settings.effective().values().get(name);
    return own != null ? own : reported.byDefault(name).orElse(builtIn);
  }

  SearchPath searchPath() {
    return path;
  }

  TransactionDefaults transactionDefaults() {
    return transactionDefaults;
  }

  /** As whom statements run now. */
  String actingRole() {
    return pathKey.role();
  }

  /** True for what the role that logged in has by itself. */
  boolean isOwnIdentity(String name, String value) {
    return switch (name) {
      case SettingsState.ROLE -> value.equals(NO_ROLE);
      case SettingsState.SESSION_AUTHORIZATION -> value.equals(role);
      case SettingsState.IS_SUPERUSER -> reported.isDefault(name, value);
      default -> false;
    };
  }

  private void derive() {
    Map<String, String> values = settings.effective().values();
    String set = values.getOrDefault(SettingsState.ROLE, NO_ROLE);
    String acting =
        set.equals(NO_ROLE) ? values.getOrDefault(SettingsState.SESSION_AUTHORIZATION, role) : set;
    pathKey = new PathKey(values.getOrDefault(SEARCH_PATH, defaultSearchPath), acting);
    path = paths.computeIfAbsent(pathKey, k -> SearchPaths.parse(k.setting(), k.role()));
    transactionDefaults = roleDefaults.with(values);
    String encoding = values.getOrDefault(SettingsState.CLIENT_ENCODING, Encodings.UTF8);
    if (!encoding.equals(clientEncoding)) {
      clientEncoding = encoding;
      session.channel().encoding(Optional.ofNullable(encodings.get(encoding)));
    }
  }

  void transactionBegins() {
    settings.begin();
  }

  void transactionEnded(boolean committed) {
    SettingsState before = settings.effective();
    if (committed) {
      settings.commit();
    } else {
      settings.rollback();
    }
    undone(before);
  }

  /** The client's texts are in this encoding from now on. */
  void encoding(Encodings.Found found, boolean local) {
    found.table().ifPresent(t -> encodings.put(found.canonical(), t));
    set(SettingsState.CLIENT_ENCODING, found.canonical(), local);
  }

  /** The transaction block has failed. */
  void aborted() {
    SettingsState before = settings.effective();
    settings.abort();
    undone(before);
  }

  void set(String name, String value, boolean local) {
    settings.set(name, value, local);
    note(name);
  }

  void reset(String name, boolean local) {
    settings.reset(name, local);
    note(name);
  }

  /** Returns the names of those that it concerns. */
  Set<String> resetAll() {
    SettingsState before = settings.effective();
    settings.resetAll();
    Set<String> different = new LinkedHashSet<>(FIRST_SET);
    different.addAll(before.values().keySet());
    different.removeIf(n -> isSame(before, n));
    different.forEach(this::note);
    return different;
  }

  /** As the role that logged in again. */
  void resetIdentity() {
    for (String name :
        List.of(
            SettingsState.IS_SUPERUSER, SettingsState.SESSION_AUTHORIZATION, SettingsState.ROLE)) {
      reset(name, false);
    }
  }

  private boolean isSame(SettingsState before, String name) {
    return Objects.equals(before.values().get(name), settings.effective().values().get(name));
  }

  private void note(String name) {
    changed.add(name);
    derive();
  }

  /** PostgreSQL takes back the latest change first. */
  @SuppressWarnings("ReferenceEquality") // no change makes no other object
  private void undone(SettingsState before) {
    if (before == settings.effective()) {
      return;
    }
    List<String> names = new ArrayList<>(before.values().keySet());
    Collections.reverse(names);
    names.addAll(settings.effective().values().keySet());
    names.removeIf(n -> isSame(before, n));
    changed.addAll(names);
    derive();
  }

  void savepoint(String name) {
    settings.savepoint(name);
  }

  void rollbackTo(String name) {
    SettingsState before = settings.effective();
    settings.rollbackTo(name);
    undone(before);
  }

  void release(String name) {
    settings.release(name);
  }

  /** What a server says that the session has set. */
  void read(Map<String, String> values, boolean local) {
    values.forEach((name, value) -> read(name.toLowerCase(Locale.ROOT), value, local));
  }

  private void read(String name, String value, boolean local) {
    String known = settings.effective().values().get(name);
    if (isOwnIdentity(name, value)) {
      if (known != null) {
        reset(name, local);
      }
    } else if (!value.equals(known)) {
      set(name, value, local);
    }
  }

  List<String> localStatements() {
    return settings.localStatements();
  }

  String localSql(Collection<String> names) {
    return settings.localSql(names);
  }

  /** PostgreSQL reports what changed just before it is ready for the next query, latest first. */
  void tellChanges() {
    if (changed.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>(changed);
    changed.clear();
    for (String name : names.reversed()) {
      reported.tellChange(name, settings.effective(), session.channel().out());
    }
  }
}
