package dev.drover.coordinator.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The calls of {@code set_config} in a text. PostgreSQL does not list settings of a user's own, so
 * those that a statement sets are looked up by the names it mentions.
 *
 * @param name lower case, or {@code $n}
 * @param local until the end of the transaction
 */
record SettingCalls(String name, boolean local) {
  private static final String FUNCTION = "set_config";

  static List<SettingCalls> in(String text) {
    List<SettingCalls> calls = new ArrayList<>();
    String lower = text.toLowerCase(Locale.ROOT);
    int at = lower.indexOf(FUNCTION);
    while (at >= 0) {
      int open = at + FUNCTION.length();
      while (open < text.length() && Character.isWhitespace(text.charAt(open))) {
        open++;
      }
      if (open < text.length() && text.charAt(open) == '(') {
        List<String> arguments = arguments(lower, open + 1);
        if (arguments.size() == 3) {
          calls.add(new SettingCalls(name(arguments.get(0)), isTrue(arguments.get(2))));
        }
      }
      at = lower.indexOf(FUNCTION, open);
    }
    return calls;
  }

  private static String name(String argument) {
    int colon = argument.indexOf("::");
    String bare = (colon < 0 ? argument : argument.substring(0, colon)).strip();
    boolean quoted = bare.length() > 1 && bare.startsWith("'") && bare.endsWith("'");
    return quoted ? bare.substring(1, bare.length() - 1).replace("''", "'") : bare;
  }

  private static boolean isTrue(String argument) {
    return switch (name(argument)) {
      case "true", "t", "on", "1", "yes" -> true;
      default -> false;
    };
  }

  /** Split at the commas of the outermost level, up to the closing parenthesis. */
  private static List<String> arguments(String text, int from) {
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    int start = from;
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (!quoted && depth == 0 && (c == ',' || c == ')')) {
        arguments.add(text.substring(start, i).strip());
        start = i + 1;
      }
      if (!quoted && depth == 0 && c == ')') {
        return arguments;
      }
      depth += quoted ? 0 : step(c);
    }
    return List.of();
  }

  private static int step(char c) {
    return switch (c) {
      case '(', '[' -> 1;
      case ')', ']' -> -1;
      default -> 0;
    };
  }
}
