package dev.drover.tests.isolation;

import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A server's reply as the lines that are compared. */
final class Reply {
  private static final String ORDERED = "order by";

  private Reply() {}

  /** Rows that no statement ordered are sorted. */
  static List<String> lines(List<Message> reply, String sql) {
    List<String> lines = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (Message message : reply) {
      switch (message.type()) {
        case 'D' -> rows.add(row(message));
        case 'E' -> lines.add("ERROR " + text(message));
        case 'N' -> lines.add("NOTICE " + text(message));
        case 'C' -> {
          lines.addAll(inOrder(rows, sql));
          rows.clear();
          lines.add(Transcript.line(message).replace("CommandComplete ", ""));
        }
        default -> {}
      }
    }
    return lines;
  }

  private static List<String> inOrder(List<String> rows, String sql) {
    boolean isOrdered = sql.toLowerCase(Locale.ROOT).contains(ORDERED);
    return isOrdered ? rows : rows.stream().sorted().toList();
  }

  private static String row(Message message) {
    return message.values().stream()
        .map(value -> value.map(Transcript::text).orElse("NULL"))
        .collect(Collectors.joining("|", "  ", ""));
  }

  private static String text(Message message) {
    Map<Character, String> fields = message.errorFields();
    return fields.get('C') + ": " + fields.get('M');
  }
}
