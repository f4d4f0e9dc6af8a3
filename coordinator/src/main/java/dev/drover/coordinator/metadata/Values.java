package dev.drover.coordinator.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One row in PostgreSQL's text format. */
record Values(List<Optional<String>> columns) {
  String text(int index) {
    return columns
        .get(index)
        .orElseThrow(() -> new IllegalStateException("column " + index + " is null"));
  }

  Optional<String> optional(int index) {
    return columns.get(index);
  }

  int number(int index) {
    return Integer.parseInt(text(index));
  }

  /** An oid, whose upper half of values is negative as an int. */
  int oid(int index) {
    return Integer.parseUnsignedInt(text(index));
  }

  long bigNumber(int index) {
    return Long.parseLong(text(index));
  }

  boolean isTrue(int index) {
    return text(index).equals("t");
  }

  /** A one-character value; a blank for the empty one. */
  char letter(int index) {
    String value = text(index);
    return value.isEmpty() ? ' ' : value.charAt(0);
  }

  /** A one-dimensional array of integers without NULLs. */
  List<Integer> numbers(int index) {
    String array = text(index);
    List<Integer> numbers = new ArrayList<>();
    int brace = array.indexOf('{');
    String body = array.substring(brace + 1, array.length() - 1);
    if (body.isEmpty()) {
      return numbers;
    }
    for (String number : body.split(",", -1)) {
      numbers.add(Integer.parseInt(number));
    }
    return numbers;
  }
}
