package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns that an expression may use.
 *
 * @param own of the query itself
 * @param outer of the queries around it
 * @param rowIds columns that are different in each row, all together; empty when unknown
 */
record Scope(List<Column> own, List<Column> outer, Optional<List<String>> rowIds) {
  /**
   * A column as it is written.
   *
   * @param isExact equal values look the same, and sums of them do not depend on their order
   */
  record Column(String text, SqlType type, boolean isExact) {}

  static final Scope EMPTY = new Scope(List.of(), List.of(), Optional.of(List.of()));

  Scope {
    own = List.copyOf(own);
    outer = List.copyOf(outer);
  }

  /** Of a query inside of this one, before it has relations of its own. */
  Scope inner() {
    List<Column> all = new ArrayList<>(own);
    all.addAll(outer);
    return new Scope(List.of(), all, Optional.of(List.of()));
  }

  /** Without what the queries around it have. */
  Scope alone() {
    return new Scope(own, List.of(), rowIds);
  }

  /** With the columns of one more relation. */
  Scope with(Scope other) {
    List<Column> all = new ArrayList<>(own);
    all.addAll(other.own);
    Optional<List<String>> ids =
        rowIds.flatMap(
            mine ->
                other.rowIds.map(
                    theirs -> {
                      List<String> both = new ArrayList<>(mine);
                      both.addAll(theirs);
                      return List.copyOf(both);
                    }));
    return new Scope(all, outer, ids);
  }

  List<Column> own(SqlType type) {
    return own.stream().filter(column -> column.type() == type).toList();
  }

  List<Column> outer(SqlType type) {
    return outer.stream().filter(column -> column.type() == type).toList();
  }

  /** Own columns of which equal values look the same. */
  List<Column> exact(SqlType type) {
    return own(type).stream().filter(Column::isExact).toList();
  }
}
