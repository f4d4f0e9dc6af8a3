package dev.drover.planner.sql;

import java.util.Locale;
import java.util.Optional;

/**
 * The kinds of objects that CREATE, ALTER, DROP, COMMENT and GRANT name.
 *
 * <p>Source: PostgreSQL 18 manual, part VI "SQL Commands".
 */
final class ObjectKinds {
  private ObjectKinds() {}

  /** The kind that stands here, in upper case, and behind it; empty if none does. */
  static Optional<String> accept(Cursor cursor) {
    int words = words(cursor);
    if (words == 0) {
      return Optional.empty();
    }
    StringBuilder kind = new StringBuilder();
    for (int i = 0; i < words; i++) {
      kind.append(i == 0 ? "" : " ").append(cursor.word());
      cursor.advance();
    }
    return Optional.of(kind.toString().toUpperCase(Locale.ROOT));
  }

  private static int words(Cursor cursor) {
    String next = cursor.word(1);
    return switch (cursor.word()) {
      case "aggregate", "cast", "collation", "column", "constraint", "conversion", "database" -> 1;
      case "domain", "extension", "function", "group", "index", "language", "parameter" -> 1;
      case "policy", "procedure", "publication", "role", "routine", "rule", "schema" -> 1;
      case "sequence", "server", "statistics", "subscription", "system", "table" -> 1;
      case "tablespace", "transform", "trigger", "type", "view" -> 1;
      case "access" -> next.equals("method") ? 2 : 0;
      case "default" -> next.equals("privileges") ? 2 : 0;
      case "event" -> next.equals("trigger") ? 2 : 0;
      case "foreign" -> foreign(next);
      case "large" -> next.equals("object") ? 2 : 0;
      case "materialized" -> next.equals("view") ? 2 : 0;
      case "operator" -> next.equals("class") || next.equals("family") ? 2 : 1;
      case "owned" -> 1;
      case "procedural" -> next.equals("language") ? 2 : 0;
      case "text" -> next.equals("search") ? 3 : 0;
      case "user" -> next.equals("mapping") ? 2 : 1;
      default -> 0;
    };
  }

  private static int foreign(String next) {
    return switch (next) {
      case "table", "server" -> 2;
      case "data" -> 3;
      default -> 0;
    };
  }
}
