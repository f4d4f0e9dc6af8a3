package dev.drover.planner.sql;

import dev.drover.planner.sql.QueryPart.Limit;
import dev.drover.planner.sql.QueryPart.Locking;
import dev.drover.planner.sql.QueryPart.Offset;
import dev.drover.planner.sql.QueryPart.SortItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the clauses that apply to a query's whole result: ORDER BY, LIMIT, OFFSET, FETCH and FOR.
 *
 * <p>Source: PostgreSQL 18 manual, SELECT.
 */
final class QueryTailParser {
  private final Grammar grammar;
  private final Cursor cursor;

  QueryTailParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** The query of a body and the clauses that follow it. */
  Query clauses(int start, Optional<QueryPart.With> with, QueryBody body) {
    List<SortItem> orderBy = optionalOrderBy();
    Optional<Limit> limit = Optional.empty();
    Optional<Offset> offset = Optional.empty();
    List<Locking> locking = new ArrayList<>();
    boolean more = true;
    while (more) {
      switch (cursor.word()) {
        case "limit", "fetch" -> limit = Optional.of(onlyOnce(limit, limit()));
        case "offset" -> offset = Optional.of(onlyOnce(offset, offset()));
        case "for" -> locking.addAll(locking());
        default -> more = false;
      }
    }
    return new Query(cursor.since(start), with, body, orderBy, limit, offset, locking);
  }

  private <T extends Node> T onlyOnce(Optional<T> before, T clause) {
    if (before.isPresent()) {
      throw cursor.unexpected();
    }
    return clause;
  }

  private Limit limit() {
    int start = cursor.start();
    if (cursor.accept("limit")) {
      if (cursor.accept("all")) {
        return new Limit(cursor.since(start), Limit.Form.LIMIT_ALL, Optional.empty(), false);
      }
      Optional<Expr> count = Optional.of(grammar.expressions().expression());
      return new Limit(cursor.since(start), Limit.Form.LIMIT, count, false);
    }
    cursor.expect("fetch");
    if (!cursor.accept("first")) {
      cursor.expect("next");
    }
    Optional<Expr> count = isRow() ? Optional.empty() : Optional.of(signed());
    if (!isRow()) {
      throw cursor.unexpected();
    }
    cursor.advance();
    boolean withTies = cursor.accept("with", "ties");
    if (!withTies) {
      cursor.expect("only");
    }
    return new Limit(cursor.since(start), Limit.Form.FETCH, count, withTies);
  }

  private boolean isRow() {
    return cursor.atAny("row", "rows") && !cursor.nextIs('(');
  }

  /** An operand with a sign before it, as FETCH takes. */
  private Expr signed() {
    return grammar.expressions().parse(ExprParser.SIGN, true);
  }

  private Offset offset() {
    int start = cursor.start();
    cursor.expect("offset");
    Expr count = grammar.expressions().expression();
    if (cursor.atAny("row", "rows")) {
      cursor.advance();
    }
    return new Offset(cursor.since(start), count);
  }

  private List<Locking> locking() {
    int start = cursor.start();
    cursor.expect("for");
    if (cursor.accept("read", "only")) {
      return List.of();
    }
    Locking.Strength strength = strength();
    List<QualifiedName> of =
        cursor.accept("of") ? cursor.list(grammar.names()::qualifiedName) : List.of();
    Locking.Wait wait = Locking.Wait.BLOCK;
    if (cursor.accept("nowait")) {
      wait = Locking.Wait.NOWAIT;
    } else if (cursor.accept("skip", "locked")) {
      wait = Locking.Wait.SKIP_LOCKED;
    }
    return List.of(new Locking(cursor.since(start), strength, of, wait));
  }

  private Locking.Strength strength() {
    if (cursor.accept("update")) {
      return Locking.Strength.UPDATE;
    }
    if (cursor.accept("share")) {
      return Locking.Strength.SHARE;
    }
    if (cursor.accept("key", "share")) {
      return Locking.Strength.KEY_SHARE;
    }
    cursor.expect("no", "key");
    cursor.expect("update");
    return Locking.Strength.NO_KEY_UPDATE;
  }

  /** ORDER BY, if it is there. */
  List<SortItem> optionalOrderBy() {
    if (!cursor.accept("order")) {
      return List.of();
    }
    cursor.expect("by");
    List<SortItem> items = cursor.list(this::sortItem);
    items.forEach(item -> cursor.markPosition(item.value()));
    return items;
  }

  /** One key of an ORDER BY. */
  SortItem sortItem() {
    int start = cursor.start();
    Expr value = grammar.expressions().expression();
    boolean descending = false;
    Optional<OperatorName> using = Optional.empty();
    if (cursor.accept("using")) {
      using = Optional.of(grammar.expressions().operator());
    } else if (cursor.accept("desc")) {
      descending = true;
    } else {
      cursor.accept("asc");
    }
    SortItem.Nulls nulls = SortItem.Nulls.BY_DIRECTION;
    if (cursor.accept("nulls", "first")) {
      nulls = SortItem.Nulls.FIRST;
    } else if (cursor.accept("nulls", "last")) {
      nulls = SortItem.Nulls.LAST;
    }
    return new SortItem(cursor.since(start), value, descending, nulls, using);
  }
}
