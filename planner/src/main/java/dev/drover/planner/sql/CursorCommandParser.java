package dev.drover.planner.sql;

import dev.drover.planner.sql.CursorCommand.Fetch;
import dev.drover.planner.sql.CursorCommand.Fetch.Direction;
import java.util.Optional;

/**
 * Reads DECLARE, FETCH, MOVE and CLOSE.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class CursorCommandParser {
  private final Grammar grammar;
  private final Cursor cursor;

  CursorCommandParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  Statement command() {
    int start = cursor.start();
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "declare" -> declare(start);
      case "close" -> {
        Optional<Name> name =
            cursor.accept("all") ? Optional.empty() : Optional.of(grammar.names().name());
        yield new CursorCommand.Close(cursor.since(start), name);
      }
      default -> fetch(start, word.equals("move"));
    };
  }

  private Statement declare(int start) {
    Name name = grammar.names().name();
    boolean binary = false;
    Optional<Boolean> insensitive = Optional.empty();
    Optional<Boolean> scroll = Optional.empty();
    while (!cursor.at("cursor")) {
      if (cursor.accept("binary")) {
        binary = true;
      } else if (cursor.accept("insensitive")) {
        insensitive = Optional.of(true);
      } else if (cursor.accept("asensitive")) {
        insensitive = Optional.of(false);
      } else {
        boolean no = cursor.accept("no");
        cursor.expect("scroll");
        scroll = Optional.of(!no);
      }
    }
    cursor.expect("cursor");
    boolean hold = cursor.accept("with", "hold");
    if (!hold) {
      cursor.accept("without", "hold");
    }
    cursor.expect("for");
    Query query = grammar.queries().query();
    return new CursorCommand.Declare(
        cursor.since(start), name, binary, insensitive, scroll, hold, query);
  }

  /** A direction and its count. */
  private record Way(Direction direction, boolean all, long count) {}

  private Statement fetch(int start, boolean move) {
    Way way = way();
    if (cursor.atAny("from", "in")) {
      cursor.advance();
    }
    Name name = grammar.names().name();
    return new Fetch(cursor.since(start), move, way.direction(), way.all(), way.count(), name);
  }

  private Way way() {
    boolean named = endsBehind(1);
    if (named) {
      return new Way(Direction.FORWARD, false, 1);
    }
    return switch (cursor.word()) {
      case "next" -> single(Direction.FORWARD);
      case "prior" -> single(Direction.BACKWARD);
      case "first" -> single(Direction.FIRST);
      case "last" -> single(Direction.LAST);
      case "absolute" -> {
        cursor.advance();
        yield new Way(Direction.ABSOLUTE, false, count());
      }
      case "relative" -> {
        cursor.advance();
        yield new Way(Direction.RELATIVE, false, count());
      }
      case "forward" -> {
        cursor.advance();
        yield counted(Direction.FORWARD);
      }
      case "backward" -> {
        cursor.advance();
        yield counted(Direction.BACKWARD);
      }
      default -> counted(Direction.FORWARD);
    };
  }

  private boolean endsBehind(int ahead) {
    return cursor.kind(ahead) == Token.END || cursor.kind(ahead) == ';';
  }

  private Way single(Direction direction) {
    cursor.advance();
    return new Way(direction, false, 1);
  }

  private Way counted(Direction direction) {
    if (cursor.accept("all")) {
      return new Way(direction, true, 0);
    }
    boolean number = cursor.at('-') || cursor.at('+') || Token.isLiteral(cursor.kind());
    return new Way(direction, false, number ? count() : 1);
  }

  private long count() {
    boolean negative = cursor.accept('-');
    if (!negative) {
      cursor.accept('+');
    }
    if (cursor.kind() != Token.INT4) {
      throw cursor.unexpected();
    }
    long value = Literals.integer(cursor.text(), cursor.span());
    cursor.markLiteralRead();
    cursor.advance();
    return negative ? -value : value;
  }
}
