package dev.drover.tests.differential;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the ends of quoted strings, quoted names, dollar quotes and comments. */
final class SqlScanner {
  private static final Pattern DOLLAR_QUOTE = Pattern.compile("\\$([A-Za-z_]\\w*)?\\$");

  private SqlScanner() {}

  /** The offset after the quoted token or comment at this place, else after this character. */
  static int next(String sql, int at) {
    if (sql.startsWith("--", at)) {
      return orEnd(sql, sql.indexOf('\n', at));
    }
    if (sql.startsWith("/*", at)) {
      return after(sql, sql.indexOf("*/", at), 2);
    }
    return switch (sql.charAt(at)) {
      case '\'' -> string(sql, at);
      case '"' -> after(sql, sql.indexOf('"', at + 1), 1);
      case '$' -> dollarQuote(sql, at);
      default -> at + 1;
    };
  }

  /** The offset after the bracket that closes the one at this place. */
  static int closing(String sql, int open) {
    char opener = sql.charAt(open);
    char closer = opener == '(' ? ')' : ']';
    int depth = 0;
    for (int i = open; i < sql.length(); i = next(sql, i)) {
      char c = sql.charAt(i);
      if (c == opener) {
        depth++;
      } else if (c == closer && --depth == 0) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("bracket is never closed: " + sql.substring(open));
  }

  /** The text with everything quoted, parenthesised or commented taken out, in lower case. */
  static String topLevel(String sql) {
    StringBuilder bare = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < sql.length(); ) {
      int next = next(sql, i);
      char c = next == i + 1 ? sql.charAt(i) : ' ';
      depth += c == '(' ? 1 : 0;
      depth -= c == ')' ? 1 : 0;
      bare.append(depth == 0 ? c : ' ');
      i = next;
    }
    return bare.toString().toLowerCase(Locale.ROOT);
  }

  private static int string(String sql, int at) {
    boolean isEscaped = at > 0 && "eE".indexOf(sql.charAt(at - 1)) >= 0;
    int i = at + 1;
    while (sql.charAt(i) != '\'') {
      i += isEscaped && sql.charAt(i) == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private static int dollarQuote(String sql, int at) {
    Matcher quote = DOLLAR_QUOTE.matcher(sql).region(at, sql.length());
    if (!quote.lookingAt()) {
      return at + 1;
    }
    String tag = quote.group();
    return after(sql, sql.indexOf(tag, quote.end()), tag.length());
  }

  private static int after(String sql, int found, int length) {
    if (found < 0) {
      throw new IllegalArgumentException("quote is never closed: " + sql);
    }
    return found + length;
  }

  private static int orEnd(String sql, int found) {
    return found < 0 ? sql.length() : found;
  }
}
