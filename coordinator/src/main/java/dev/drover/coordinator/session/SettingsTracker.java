package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.SearchPaths;
import dev.drover.coordinator.settings.SessionSettings;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.planner.route.SearchPath;
import java.util.HashMap;
import java.util.Map;

/**
 * The session's settings, and what the coordinator itself derives from them.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SettingsTracker {
  private static final String SEARCH_PATH = "search_path";

  private final SessionSettings settings;
  private final ReportedSettings reported;
  private final Session session;
  private final String role;
  private final String defaultSearchPath;
  private final Map<String, SearchPath> paths = new HashMap<>();

  SettingsTracker(Session session, String role, RoleInfo info, SettingsState initial) {
    this.session = session;
    this.role = role;
    this.settings = new SessionSettings(initial);
    this.reported = new ReportedSettings(info.reported());
    this.defaultSearchPath = info.searchPath();
  }

  SettingsState effective() {
    return settings.effective();
  }

  ReportedSettings reported() {
    return reported;
  }

  SessionSettings settings() {
    return settings;
  }

  SearchPath searchPath() {
    String setting = settings.effective().values().getOrDefault(SEARCH_PATH, defaultSearchPath);
    return paths.computeIfAbsent(setting, s -> SearchPaths.parse(s, role));
  }

  void transactionBegins() {
    settings.begin();
  }

  void transactionEnded(boolean committed) {
    if (committed) {
      settings.commit();
    } else {
      settings.rollback();
    }
  }

  void set(String name, String value, boolean local) {
    settings.set(name, value, local);
  }

  void resetAll() {
    settings.resetAll();
  }

  void savepoint(String name) {
    settings.savepoint(name);
  }

  void rollbackTo(String name) {
    settings.rollbackTo(name);
  }

  void release(String name) {
    settings.release(name);
  }

  /** What a server says that the session has set. */
  void read(Map<String, String> values) {
    values.forEach(
        (name, value) -> {
          if (!value.equals(settings.effective().values().get(name))) {
            settings.set(name, value, false);
          }
        });
  }

  String localSql() {
    return settings.localSql();
  }

  /** PostgreSQL reports what changed just before it is ready for the next query. */
  void tellChanges() {
    reported.tellChanges(settings.effective(), session.channel().out());
  }
}
