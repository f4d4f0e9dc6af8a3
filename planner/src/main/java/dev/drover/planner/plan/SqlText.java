package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Text for a server with holes that are filled per execution.
 *
 * <p>A plan serves every statement of one shape, so what differs between them (literals, leaf
 * names) is a hole. {@code $n} parameters stay in the text.
 */
public record SqlText(List<Piece> pieces) {
  public SqlText {
    pieces = List.copyOf(pieces);
  }

  public static SqlText fixed(String text) {
    return new SqlText(List.of(Piece.Fixed.of(text)));
  }

  /** A run of text, or a hole. */
  public sealed interface Piece {
    /** UTF-8 text that is equal in every execution. */
    @SuppressWarnings("ArrayRecordComponent")
    record Fixed(byte[] utf8) implements Piece {
      public Fixed {
        requireNonNull(utf8);
      }

      public static Fixed of(String text) {
        return new Fixed(text.getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
      }
    }

    /** The lifted literal with this ordinal, as it stands in the current statement's text. */
    record Lifted(int ordinal) implements Piece {}

    /** The qualified name of the leaf that {@code pins.get(pin)} selects. */
    record Leaf(int pin) implements Piece {}

    /** The transaction's one {@code now()}, as a {@code timestamptz} constant. */
    record Now() implements Piece {}
  }
}
