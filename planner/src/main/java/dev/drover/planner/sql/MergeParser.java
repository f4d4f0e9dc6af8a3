package dev.drover.planner.sql;

import dev.drover.planner.sql.Merge.When;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads MERGE.
 *
 * <p>Source: PostgreSQL 18 manual, MERGE.
 */
final class MergeParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final DmlParser dml;

  MergeParser(Grammar grammar, DmlParser dml) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.dml = dml;
  }

  Merge merge(int start, Optional<QueryPart.With> with) {
    cursor.expect("merge", "into");
    FromItem.TableRef target = dml.aliased();
    cursor.expect("using");
    FromItem source = grammar.froms().item();
    cursor.expect("on");
    Expr on = grammar.expressions().expression();
    List<When> whens = new ArrayList<>();
    do {
      whens.add(when());
    } while (cursor.at("when"));
    Optional<Returning> returning = dml.returning();
    return new Merge(cursor.since(start), with, target, source, on, whens, returning);
  }

  private When when() {
    int start = cursor.start();
    cursor.expect("when");
    When.Match match = match();
    Optional<Expr> condition = grammar.queries().after("and");
    cursor.expect("then");
    List<AssignmentTarget> columns = List.of();
    List<Expr> values = List.of();
    List<Assignment> assignments = List.of();
    When.Action action = action();
    if (action == When.Action.UPDATE) {
      assignments = dml.assignments();
    } else if (action == When.Action.INSERT) {
      columns = cursor.at('(') ? dml.columns() : List.of();
      dml.overriding();
      if (cursor.accept("default", "values")) {
        action = When.Action.INSERT_DEFAULT_VALUES;
      } else {
        cursor.expect("values");
        values = cursor.parenthesized(grammar.expressions()::expression);
      }
    }
    return new When(cursor.since(start), match, condition, action, columns, values, assignments);
  }

  private When.Match match() {
    if (cursor.accept("matched")) {
      return When.Match.MATCHED;
    }
    cursor.expect("not", "matched");
    if (!cursor.accept("by")) {
      return When.Match.NOT_MATCHED_BY_TARGET;
    }
    if (cursor.accept("target")) {
      return When.Match.NOT_MATCHED_BY_TARGET;
    }
    cursor.expect("source");
    return When.Match.NOT_MATCHED_BY_SOURCE;
  }

  private When.Action action() {
    if (cursor.accept("update", "set")) {
      return When.Action.UPDATE;
    }
    if (cursor.accept("delete")) {
      return When.Action.DELETE;
    }
    if (cursor.accept("insert")) {
      return When.Action.INSERT;
    }
    cursor.expect("do", "nothing");
    return When.Action.DO_NOTHING;
  }
}
