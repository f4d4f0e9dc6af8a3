package dev.drover.planner.sql;

import dev.drover.planner.sql.PartitionClause.Bound;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the clauses of partitioned tables.
 *
 * <p>Source: PostgreSQL 18 manual, CREATE TABLE.
 */
final class PartitionParser {
  private final Grammar grammar;
  private final Cursor cursor;

  PartitionParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** {@code PARTITION BY ...}, if it is there. */
  Optional<PartitionClause.By> optionalBy() {
    if (!cursor.at("partition", "by")) {
      return Optional.empty();
    }
    int start = cursor.start();
    cursor.expect("partition", "by");
    String strategy = grammar.names().label().text();
    List<IndexElement> keys = cursor.parenthesized(grammar.indexes()::element);
    return Optional.of(new PartitionClause.By(cursor.since(start), strategy, keys));
  }

  /** {@code FOR VALUES ...} or DEFAULT. */
  Bound bound() {
    int start = cursor.start();
    if (cursor.accept("default")) {
      return new Bound(cursor.since(start), Bound.Kind.DEFAULT, List.of());
    }
    cursor.expect("for", "values");
    List<Expr> values = new ArrayList<>();
    Bound.Kind kind;
    if (cursor.accept("in")) {
      values.addAll(list());
      kind = Bound.Kind.IN;
    } else if (cursor.accept("from")) {
      values.addAll(list());
      cursor.expect("to");
      values.addAll(list());
      kind = Bound.Kind.FROM_TO;
    } else {
      cursor.expect("with");
      values.addAll(cursor.parenthesized(this::modulus));
      kind = Bound.Kind.MODULUS;
    }
    return new Bound(cursor.since(start), kind, values);
  }

  private List<Expr> list() {
    return cursor.parenthesized(grammar.expressions()::expression);
  }

  private Expr modulus() {
    grammar.names().label();
    return grammar.primaries().literal();
  }
}
