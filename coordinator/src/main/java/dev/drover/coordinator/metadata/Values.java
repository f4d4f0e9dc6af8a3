package dev.drover.coordinator.metadata;

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
    return elements(index).stream().map(Integer::valueOf).toList();
  }

  /** A one-dimensional array of floats without NULLs. */
  List<Double> decimals(int index) {
    return elements(index).stream().map(Double::valueOf).toList();
  }

  private List<String> elements(int index) {
    String array = text(index);
    String body = array.substring(array.indexOf('{') + 1, array.length() - 1);
    return body.isEmpty() ? List.of() : List.of(body.split(",", -1));
  }
}
