package dev.drover.planner.sql;

import dev.drover.planner.sql.TransactionCommand.Isolation;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.List;
import java.util.Optional;

/**
 * Reads transaction control.
 *
 * <p>Source: PostgreSQL 18 manual, BEGIN to SET TRANSACTION.
 */
final class TransactionParser {
  private final Grammar grammar;
  private final Cursor cursor;

  TransactionParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  Statement command() {
    int start = cursor.start();
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "begin" -> {
        noise();
        yield begin(start, false);
      }
      case "start" -> {
        cursor.expect("transaction");
        yield begin(start, true);
      }
      case "commit", "end" -> commit(start, word.equals("commit"));
      case "rollback" -> rollback(start);
      case "abort" -> end(start, true);
      case "savepoint" -> {
        Name name = grammar.names().name();
        yield new TransactionCommand.Savepoint(cursor.since(start), name);
      }
      case "release" -> {
        cursor.accept("savepoint");
        Name name = grammar.names().name();
        yield new TransactionCommand.Release(cursor.since(start), name);
      }
      default -> {
        cursor.expect("transaction");
        String gid = cursor.readString();
        yield new TransactionCommand.PrepareTransaction(cursor.since(start), gid);
      }
    };
  }

  private void noise() {
    if (cursor.atAny("work", "transaction")) {
      cursor.advance();
    }
  }

  private Statement begin(int start, boolean standard) {
    Modes modes = cursor.atEnd() ? Modes.NONE : modes();
    return new TransactionCommand.Begin(cursor.since(start), standard, modes);
  }

  private Statement commit(int start, boolean mayBePrepared) {
    if (mayBePrepared && cursor.accept("prepared")) {
      String gid = cursor.readString();
      return new TransactionCommand.CommitPrepared(cursor.since(start), gid);
    }
    return end(start, false);
  }

  private Statement rollback(int start) {
    if (cursor.accept("prepared")) {
      String gid = cursor.readString();
      return new TransactionCommand.RollbackPrepared(cursor.since(start), gid);
    }
    noise();
    if (cursor.accept("to")) {
      cursor.accept("savepoint");
      Name name = grammar.names().name();
      return new TransactionCommand.RollbackTo(cursor.since(start), name);
    }
    return chained(start, true);
  }

  private Statement end(int start, boolean rollback) {
    noise();
    return chained(start, rollback);
  }

  private Statement chained(int start, boolean rollback) {
    boolean chain = false;
    if (cursor.accept("and")) {
      chain = !cursor.accept("no");
      cursor.expect("chain");
    }
    Span span = cursor.since(start);
    return rollback
        ? new TransactionCommand.Rollback(span, chain)
        : new TransactionCommand.Commit(span, chain);
  }

  private Modes modes() {
    Modes modes = Modes.NONE;
    do {
      modes = mode(modes);
      cursor.accept(',');
    } while (!cursor.atEnd());
    return modes;
  }

  private Modes mode(Modes before) {
    if (cursor.accept("isolation", "level")) {
      return new Modes(Optional.of(isolation()), before.readOnly(), before.deferrable());
    }
    if (cursor.accept("read")) {
      boolean only = cursor.accept("only");
      if (!only) {
        cursor.expect("write");
      }
      return new Modes(before.isolation(), Optional.of(only), before.deferrable());
    }
    boolean deferrable = !cursor.accept("not");
    cursor.expect("deferrable");
    return new Modes(before.isolation(), before.readOnly(), Optional.of(deferrable));
  }

  private Isolation isolation() {
    if (cursor.accept("serializable")) {
      return Isolation.SERIALIZABLE;
    }
    if (cursor.accept("repeatable", "read")) {
      return Isolation.REPEATABLE_READ;
    }
    cursor.expect("read");
    if (cursor.accept("committed")) {
      return Isolation.READ_COMMITTED;
    }
    cursor.expect("uncommitted");
    return Isolation.READ_UNCOMMITTED;
  }

  /** Whether a SET of a transaction's modes or of constraints stands here. */
  boolean atSet() {
    int scoped = cursor.word(1).equals("local") || cursor.word(1).equals("session") ? 2 : 1;
    String word = cursor.word(scoped);
    boolean named = cursor.kind(scoped + 1) == '=' || cursor.word(scoped + 1).equals("to");
    return !named
        && switch (word) {
          case "transaction" -> true;
          case "constraints" -> scoped == 1;
          case "characteristics" -> cursor.word(1).equals("session");
          default -> false;
        };
  }

  Statement set() {
    int start = cursor.start();
    cursor.expect("set");
    if (cursor.accept("constraints")) {
      return constraints(start);
    }
    boolean session = cursor.accept("session");
    if (session && cursor.accept("characteristics")) {
      cursor.expect("as", "transaction");
      Modes modes = modes();
      return new TransactionCommand.SetTransaction(
          cursor.since(start), true, modes, Optional.empty());
    }
    cursor.accept("local");
    cursor.expect("transaction");
    if (cursor.accept("snapshot")) {
      Optional<String> snapshot = Optional.of(cursor.readString());
      return new TransactionCommand.SetTransaction(
          cursor.since(start), false, Modes.NONE, snapshot);
    }
    Modes modes = modes();
    return new TransactionCommand.SetTransaction(
        cursor.since(start), false, modes, Optional.empty());
  }

  private Statement constraints(int start) {
    List<QualifiedName> names =
        cursor.accept("all") ? List.of() : cursor.list(grammar.names()::qualifiedName);
    boolean deferred = cursor.accept("deferred");
    if (!deferred) {
      cursor.expect("immediate");
    }
    return new TransactionCommand.SetConstraints(cursor.since(start), names, deferred);
  }
}
