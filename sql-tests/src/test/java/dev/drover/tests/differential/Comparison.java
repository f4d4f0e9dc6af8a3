package dev.drover.tests.differential;

import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Turns a reply into lines that must be equal on both servers. */
final class Comparison {
  private static final String OWN_NOTICE = "distribut";
  private static final char COPY_DATA = 'd';
  private static final char DATA_ROW = 'D';
  private static final char ERROR = 'E';

  private Comparison() {}

  /** Rows that came before an error are left out: which ones do depends on the order of work. */
  static List<String> lines(Statement statement, List<Message> reply) {
    List<String> lines = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (Message message : reply) {
      if (message.type() == DATA_ROW || message.type() == COPY_DATA) {
        rows(message).forEach(rows::add);
        continue;
      }
      if (message.type() == ERROR) {
        rows.clear();
      }
      flush(statement, rows, lines);
      if (!isOwnNotice(message)) {
        lines.add(line(statement, message));
      }
    }
    flush(statement, rows, lines);
    return lines;
  }

  private static void flush(Statement statement, List<String> rows, List<String> lines) {
    if (!statement.isOrdered()) {
      Collections.sort(rows);
    }
    lines.addAll(rows);
    rows.clear();
  }

  /** One CopyData may carry several lines of text. */
  private static Stream<String> rows(Message message) {
    String line = Transcript.line(message);
    return message.type() == COPY_DATA
        ? line.lines().filter(row -> !row.equals("'"))
        : Stream.of(line);
  }

  private static String line(Statement statement, Message message) {
    boolean isCodeOnly = statement.notes().contains(Statement.Note.MESSAGE_DIFFERS);
    return message.type() == ERROR && isCodeOnly
        ? "Error " + message.sqlState()
        : Transcript.line(message);
  }

  /** Drover says in a NOTICE which distribution it has chosen. */
  private static boolean isOwnNotice(Message message) {
    return message.type() == 'N'
        && Transcript.line(message).toLowerCase(Locale.ROOT).contains(OWN_NOTICE);
  }
}
