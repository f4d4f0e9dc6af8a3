package dev.drover.tests.generated;

import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a server said to one statement, as far as both must say the same.
 *
 * @param columns names and types; what PostgreSQL says of a modifier depends on its plan
 * @param rows sorted, when their order is open
 * @param tag empty after an error
 * @param state the SQLSTATE of the error, or empty
 * @param message of the error, for the reader only
 */
record Answer(List<String> columns, List<String> rows, String tag, String state, String message) {
  private static final int NUMERIC = 1700;
  private static final int DOUBLE = 701;
  private static final int JSONB = 3802;
  private static final String UNSUPPORTED = "0A000";

  Answer {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  static Answer of(List<Message> reply, boolean isOrdered) {
    List<Message.Field> fields = List.of();
    List<String> rows = new ArrayList<>();
    String tag = "";
    for (Message message : reply) {
      switch (message.type()) {
        case 'T' -> fields = message.columns();
        case 'D' -> rows.add(row(message, fields));
        case 'C' -> tag = Transcript.line(message);
        default -> {}
      }
    }
    Optional<Message> error = Transcript.error(reply);
    if (error.isPresent()) {
      String text = error.get().errorFields().getOrDefault('M', "");
      return new Answer(List.of(), List.of(), "", error.get().sqlState(), text);
    }
    if (!isOrdered) {
      Collections.sort(rows);
    }
    return new Answer(fields.stream().map(Answer::column).toList(), rows, tag, "", "");
  }

  boolean isError() {
    return !state.isEmpty();
  }

  /** Refused as not supported. */
  boolean isRefusal() {
    return state.equals(UNSUPPORTED);
  }

  boolean agrees(Answer other) {
    return state.equals(other.state)
        && tag.equals(other.tag)
        && columns.equals(other.columns)
        && rows.equals(other.rows);
  }

  /** What went another way, in a word that stays while a statement shrinks. */
  String difference(Answer other) {
    if (isError() || other.isError()) {
      return "error " + state + "/" + other.state;
    }
    if (!columns.equals(other.columns)) {
      return "columns";
    }
    return rows.equals(other.rows) ? "tag" : "rows";
  }

  @Override
  public String toString() {
    if (isError()) {
      return "%s %s".formatted(state, message);
    }
    String shown = rows.stream().map(row -> "\n      " + row).collect(Collectors.joining());
    return "%s %s%s".formatted(tag, columns, shown);
  }

  private static String column(Message.Field field) {
    return "%s %d".formatted(field.name(), field.type().oid());
  }

  private static String row(Message message, List<Message.Field> fields) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < message.values().size(); i++) {
      int type = fields.get(i).type().oid();
      values.add(message.values().get(i).map(v -> shown(Transcript.text(v), type)).orElse("NULL"));
    }
    return String.join(" | ", values);
  }

  /** One look for equal values: which of them a group shows is open. */
  private static String shown(String value, int type) {
    return switch (type) {
      case NUMERIC, JSONB ->
          value.replaceAll("(\\.\\d*?)0+(?!\\d)", "$1").replaceAll("(\\d)\\.(?!\\d)", "$1");
      case DOUBLE -> value.equals("-0") ? "0" : value;
      default -> "'" + value + "'";
    };
  }
}
