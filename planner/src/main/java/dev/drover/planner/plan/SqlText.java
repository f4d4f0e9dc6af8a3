package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

  /** A piece of a statement that is planned anew for each text, from this byte of the text. */
  public static SqlText cut(String text, int offset) {
    return new SqlText(List.of(Piece.Fixed.cut(text, 0, offset)));
  }

  /** The table whose rows it changes, if its nodes can tell when they begin it. */
  public Optional<Integer> changedAtMoment() {
    return pieces.stream()
        .filter(Piece.AtMoment.class::isInstance)
        .findFirst()
        .flatMap(piece -> ((Piece.AtMoment) piece).changed());
  }

  /** What stands between the first and the last piece that only a text of one moment has. */
  public SqlText enclosedAtMoment() {
    int[] places =
        IntStream.range(0, pieces.size())
            .filter(i -> pieces.get(i) instanceof Piece.AtMoment)
            .toArray();
    return new SqlText(pieces.subList(places[0] + 1, places[places.length - 1]));
  }

  /** The same behind a text of our own. */
  public SqlText behind(String prefix) {
    return new SqlText(Stream.concat(Stream.of(Piece.Fixed.of(prefix)), pieces.stream()).toList());
  }

  /** A run of text, or a hole. */
  public sealed interface Piece {
    /**
     * UTF-8 text that is equal in every execution.
     *
     * <p>What was cut from the statement's text is found there again, whatever the literals are in
     * front of it.
     *
     * @param literals how many literals of the statement stand before it
     * @param offset bytes from the end of the last of those, or from the start of the statement's
     *     text; {@link #NOWHERE} for text of Drover's own
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Fixed(byte[] utf8, int literals, int offset) implements Piece {
      public static final int NOWHERE = -1;

      public Fixed {
        requireNonNull(utf8);
      }

      public static Fixed of(String text) {
        return cut(text, 0, NOWHERE);
      }

      public static Fixed cut(String text, int literals, int offset) {
        return new Fixed(text.getBytes(StandardCharsets.UTF_8), literals, offset);
      }

      public boolean isCut() {
        return offset != NOWHERE;
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

    /**
     * Text of Drover's own that only a statement has whose nodes begin it at one moment.
     *
     * @param changed the OID of the table whose rows it changes, if it changes any
     */
    record AtMoment(String text, Optional<Integer> changed) implements Piece {}
  }
}
