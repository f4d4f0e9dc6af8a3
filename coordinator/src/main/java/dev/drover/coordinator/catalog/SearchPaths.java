package dev.drover.coordinator.catalog;

import dev.drover.planner.context.SearchPath;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the setting {@code search_path}.
 *
 * <p>Source: PostgreSQL 18 manual, 5.10.3 "The Schema Search Path".
 */
public final class SearchPaths {
  private static final String CATALOG = "pg_catalog";
  private static final String USER = "$user";

  private SearchPaths() {}

  /** From the setting's text; {@code pg_catalog} comes first unless it is listed. */
  public static SearchPath parse(String setting, String role) {
    List<String> schemas = new ArrayList<>();
    for (String name : split(setting)) {
      schemas.add(name.equals(USER) ? role : name);
    }
    if (!schemas.contains(CATALOG)) {
      schemas.addFirst(CATALOG);
    }
    return new SearchPath(schemas, SearchPath.NO_TEMPORARY_SCHEMA);
  }

  private static List<String> split(String setting) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < setting.length(); i++) {
      char c = setting.charAt(i);
      if (c == '"') {
        boolean doubled = quoted && i + 1 < setting.length() && setting.charAt(i + 1) == '"';
        if (doubled) {
          name.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        add(names, name);
      } else if (quoted || !Character.isWhitespace(c)) {
        name.append(c);
      }
    }
    add(names, name);
    return names;
  }

  private static void add(List<String> names, StringBuilder name) {
    if (!name.isEmpty()) {
      names.add(name.toString());
    }
    name.setLength(0);
  }
}
