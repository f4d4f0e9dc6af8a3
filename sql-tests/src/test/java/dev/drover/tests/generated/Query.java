package dev.drover.tests.generated;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A query and the types of its columns. */
record Query(Part sql, List<SqlType> types) {
  /** Stands in a text whose rows have one order only. */
  static final String TOTAL = "/* total */";

  Query {
    requireNonNull(sql);
    types = List.copyOf(types);
  }

  /** The columns {@code c1}, {@code c2} ... as another query sees them under a name. */
  Scope as(String name) {
    List<Scope.Column> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      SqlType type = types.get(i);
      columns.add(new Scope.Column("%s.c%d".formatted(name, i + 1), type, !type.isBlurred()));
    }
    return new Scope(columns, List.of(), Optional.empty());
  }

  /** {@code (c1, c2 ...)}. */
  String columnNames() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= types.size(); i++) {
      names.add("c" + i);
    }
    return "(" + String.join(", ", names) + ")";
  }
}
