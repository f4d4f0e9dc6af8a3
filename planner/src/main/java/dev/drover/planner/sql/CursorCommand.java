package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** Statements about cursors. */
public sealed interface CursorCommand extends Statement {
  /** DECLARE; the booleans are absent where nothing was said. */
  record Declare(
      Span span,
      Name name,
      boolean binary,
      Optional<Boolean> insensitive,
      Optional<Boolean> scroll,
      boolean hold,
      Query query)
      implements CursorCommand {
    @Override
    public List<Node> children() {
      return List.of(query);
    }
  }

  /**
   * FETCH, or MOVE.
   *
   * @param count of ABSOLUTE, RELATIVE, FORWARD and BACKWARD: 1 where nothing was said
   */
  record Fetch(Span span, boolean move, Direction direction, boolean all, long count, Name cursor)
      implements CursorCommand {
    /** Which way. */
    public enum Direction {
      FORWARD,
      BACKWARD,
      ABSOLUTE,
      RELATIVE,
      FIRST,
      LAST
    }
  }

  /** CLOSE; no cursor for ALL. */
  record Close(Span span, Optional<Name> cursor) implements CursorCommand {}
}
