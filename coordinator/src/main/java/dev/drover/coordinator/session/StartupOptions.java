package dev.drover.coordinator.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The startup parameter {@code options}: command-line switches of the form {@code -c name=value} or
 * {@code --name=value}, with backslashes before blanks that belong to a value.
 *
 * <p>Source: PostgreSQL 18 manual, 32.1.2 "Parameter Key Words", {@code options}.
 */
final class StartupOptions {
  private StartupOptions() {}

  static Map<String, String> parse(String options) {
    Map<String, String> settings = new TreeMap<>();
    if (options == null) {
      return settings;
    }
    List<String> words = words(options);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("-c") && i + 1 < words.size()) {
        i++;
        add(settings, words.get(i));
      } else if (word.startsWith("-c")) {
        add(settings, word.substring(2));
      } else if (word.startsWith("--")) {
        add(settings, word.substring(2));
      }
    }
    return settings;
  }

  private static void add(Map<String, String> settings, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals > 0) {
      String name = assignment.substring(0, equals).replace('-', '_').toLowerCase(Locale.ROOT);
      settings.put(name, assignment.substring(equals + 1));
    }
  }

  private static List<String> words(String options) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < options.length(); i++) {
      char c = options.charAt(i);
      if (c == '\\' && i + 1 < options.length()) {
        i++;
        word.append(options.charAt(i));
      } else if (Character.isWhitespace(c)) {
        addWord(words, word);
      } else {
        word.append(c);
      }
    }
    addWord(words, word);
    return words;
  }

  private static void addWord(List<String> words, StringBuilder word) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }
}
