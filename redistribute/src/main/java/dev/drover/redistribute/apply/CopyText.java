package dev.drover.redistribute.apply;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rows in COPY's text format with its defaults.
 *
 * <p>Source: PostgreSQL manual, COPY, "Text Format".
 */
final class CopyText {
  private static final String NULL = "\\N";

  private CopyText() {}

  /** A row with the line feed that ends it. */
  static List<Optional<String>> parse(byte[] line) {
    int length = line.length;
    if (length > 0 && line[length - 1] == '\n') {
      length--;
    }
    String text = new String(line, 0, length, UTF_8);
    List<Optional<String>> row = new ArrayList<>();
    int start = 0;
    for (int tab = text.indexOf('\t'); tab >= 0; tab = text.indexOf('\t', start)) {
      row.add(value(text.substring(start, tab)));
      start = tab + 1;
    }
    row.add(value(text.substring(start)));
    return row;
  }

  private static Optional<String> value(String text) {
    if (text.indexOf('\\') < 0) {
      return Optional.of(text);
    }
    if (text.equals(NULL)) {
      return Optional.empty();
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
        c = meant(text.charAt(i));
      }
      plain.append(c);
    }
    return Optional.of(plain.toString());
  }

  private static char meant(char escaped) {
    return switch (escaped) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> '\u000b';
      default -> escaped;
    };
  }

  /** Appends a line. */
  static void append(List<Optional<String>> row, StringBuilder out) {
    String separator = "";
    for (Optional<String> value : row) {
      out.append(separator);
      separator = "\t";
      if (value.isPresent()) {
        escape(value.get(), out);
      } else {
        out.append(NULL);
      }
    }
    out.append('\n');
  }

  private static void escape(String value, StringBuilder out) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append(c);
      }
    }
  }
}
