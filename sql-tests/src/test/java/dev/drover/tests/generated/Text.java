package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement as it is sent.
 *
 * @param values of its parameters; empty when the constants stand in the text
 */
record Text(String sql, List<Optional<String>> values) {
  Text {
    values = List.copyOf(values);
  }

  /** With the constants of one set in the text. */
  static Text inline(Part part, int set) {
    StringBuilder sql = new StringBuilder();
    write(part, set, false, sql, new ArrayList<>());
    return new Text(sql.toString(), List.of());
  }

  /** With parameters for the constants. */
  static Text parameterized(Part part, int set) {
    StringBuilder sql = new StringBuilder();
    List<Optional<String>> values = new ArrayList<>();
    write(part, set, true, sql, values);
    return new Text(sql.toString(), values);
  }

  private static void write(
      Part part, int set, boolean lift, StringBuilder sql, List<Optional<String>> values) {
    switch (part) {
      case Part.Words(var text) -> sql.append(text);
      case Part.Chain(var parts) -> parts.forEach(p -> write(p, set, lift, sql, values));
      case Part.Extra(var inner) -> write(inner, set, lift, sql, values);
      case Part.Either(var inner, _) -> write(inner, set, lift, sql, values);
      case Part.Items(var separator, var items, _) -> {
        for (int i = 0; i < items.size(); i++) {
          sql.append(i == 0 ? "" : separator);
          write(items.get(i), set, lift, sql, values);
        }
      }
      case Part.Constant constant -> {
        if (lift) {
          values.add(Optional.of(constant.value(set)));
          sql.append(constant.type().cast("$" + values.size()));
        } else {
          sql.append(constant.type().literal(constant.value(set)));
        }
      }
    }
  }
}
