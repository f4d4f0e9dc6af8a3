package dev.drover.coordinator.fragments;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relation of few rows, which a fragment gets with its text: to make a temporary relation, to
 * fill and to analyze it costs a server more than to run the fragment.
 *
 * <pre>
 *   WITH drover_x2 (c1) AS NOT MATERIALIZED (SELECT c1 FROM unnest($1::bigint[]) ...) SELECT ...
 * </pre>
 *
 * @param arrays the values of each column, as an array in binary format
 */
record SmallRelation(Exchange exchange, List<byte[]> arrays) {
  /** PostgreSQL expects no more different values than that of a function's result. */
  static final int MOST_ROWS = 200;

  static final int MOST_BYTES = 32 * 1024;

  /** Rows for each value. */
  private static final int MOST_RECURRENCE = 2;

  private static final Pattern QUERY =
      Pattern.compile("^(?:SELECT|VALUES|WITH(?:\\s+RECURSIVE)?)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern WITH =
      Pattern.compile("^WITH(?:\\s+RECURSIVE)?\\b", Pattern.CASE_INSENSITIVE);

  /** Row locks are for tables. What only looks like one costs a temporary relation. */
  private static final Pattern LOCKING =
      Pattern.compile("\\bFOR\\s+(?:UPDATE|SHARE|NO|KEY)\\b", Pattern.CASE_INSENSITIVE);

  private static final int HEADER = 5;
  private static final int DIMENSIONS = 1;
  private static final int MAY_HAVE_NULLS = 1;
  private static final int LOWER_BOUND = 1;

  SmallRelation {
    arrays = List.copyOf(arrays);
  }

  /** Whether its rows can be values of arrays, and need no key. */
  static boolean fits(Exchange exchange) {
    return RowForm.of(exchange).binary()
        && exchange.constraints().isEmpty()
        && exchange.columns().stream().allMatch(c -> ArrayType.of(c.type()).isPresent());
  }

  /** Whether a text can begin with the relation. */
  static boolean fits(String text) {
    return QUERY.matcher(text).find() && !LOCKING.matcher(text).find();
  }

  /**
   * Whether a column by which the rows are joined has much fewer different values than there are
   * rows. PostgreSQL takes all for different where it has no statistics, so it would expect the
   * fewer partners for them.
   *
   * @param rows whole DataRow frames
   */
  static boolean recurs(Exchange exchange, ByteBuf rows, int count) {
    if (exchange.compared().isEmpty()) {
      return false;
    }
    List<Optional<Set<ByteBuf>>> values = new ArrayList<>();
    for (Exchange.Column column : exchange.columns()) {
      boolean compared = exchange.compared().contains(column.name());
      values.add(compared ? Optional.of(new HashSet<>()) : Optional.empty());
    }
    int at = rows.readerIndex();
    for (int i = 0; i < count; i++) {
      at += HEADER + Short.BYTES;
      for (Optional<Set<ByteBuf>> ofColumn : values) {
        int length = Integer.BYTES + Math.max(0, rows.getInt(at));
        if (ofColumn.isPresent()) {
          ofColumn.get().add(rows.slice(at, length));
        }
        at += length;
      }
    }
    return values.stream()
        .flatMap(Optional::stream)
        .anyMatch(different -> different.size() * MOST_RECURRENCE < count);
  }

  /** Of whole DataRow frames. */
  static SmallRelation of(Exchange exchange, ByteBuf rows, int count) {
    List<ByteBuf> arrays = new ArrayList<>();
    exchange.columns().forEach(c -> arrays.add(begin(c, count)));
    for (int i = 0; i < count; i++) {
      int at = rows.readerIndex() + HEADER + Short.BYTES;
      for (ByteBuf array : arrays) {
        int length = Integer.BYTES + Math.max(0, rows.getInt(at));
        array.writeBytes(rows, at, length);
        at += length;
      }
      rows.readerIndex(at);
    }
    List<byte[]> values = new ArrayList<>();
    for (ByteBuf array : arrays) {
      byte[] bytes = new byte[array.readableBytes()];
      array.readBytes(bytes);
      values.add(bytes);
    }
    return new SmallRelation(exchange, values);
  }

  private static ByteBuf begin(Exchange.Column column, int count) {
    ByteBuf array = Unpooled.buffer();
    array.writeInt(count == 0 ? 0 : DIMENSIONS);
    array.writeInt(count == 0 ? 0 : MAY_HAVE_NULLS);
    array.writeInt(ArrayType.of(column.type()).orElseThrow().oid());
    if (count > 0) {
      array.writeInt(count);
      array.writeInt(LOWER_BOUND);
    }
    return array;
  }

  /** The text with these relations, whose arrays are the parameters from this number on. */
  static SqlText with(SqlText text, List<SmallRelation> relations, int firstParameter) {
    StringBuilder queries = new StringBuilder();
    int parameter = firstParameter;
    for (SmallRelation relation : relations) {
      queries.append(queries.isEmpty() ? " " : ", ").append(relation.query(parameter));
      parameter += relation.arrays.size();
    }
    List<Piece> pieces = new ArrayList<>(text.pieces());
    Piece.Fixed first = (Piece.Fixed) pieces.removeFirst();
    Matcher with = WITH.matcher(first.toString());
    boolean has = with.find();
    int begun = has ? with.end() : 0;
    pieces.addFirst(behind(first, begun));
    pieces.addFirst(Piece.Fixed.of(queries + (has ? "," : " ")));
    pieces.addFirst(Piece.Fixed.of(has ? with.group() : "WITH"));
    return new SqlText(pieces);
  }

  private static Piece.Fixed behind(Piece.Fixed piece, int begun) {
    String text = piece.toString();
    int bytes = text.substring(0, begun).getBytes(StandardCharsets.UTF_8).length;
    int offset = piece.isCut() ? piece.offset() + bytes : Piece.Fixed.NOWHERE;
    return Piece.Fixed.cut(text.substring(begun), piece.literals(), offset);
  }

  private String query(int firstParameter) {
    List<String> names = new ArrayList<>();
    List<String> selected = new ArrayList<>();
    List<String> arraysInFrom = new ArrayList<>();
    for (int i = 0; i < exchange.columns().size(); i++) {
      Exchange.Column column = exchange.columns().get(i);
      ArrayType type = ArrayType.of(column.type()).orElseThrow();
      String name = SqlQuote.ident(column.name());
      names.add(name);
      selected.add("drover_u." + name + type.collation());
      arraysInFrom.add("pg_catalog.unnest($%d::%s[])".formatted(firstParameter + i, type.name()));
    }
    return "%s (%s) AS NOT MATERIALIZED (SELECT %s FROM ROWS FROM (%s) AS drover_u (%s))"
        .formatted(
            SqlQuote.ident(exchange.relation()),
            String.join(", ", names),
            String.join(", ", selected),
            String.join(", ", arraysInFrom),
            String.join(", ", names));
  }
}
