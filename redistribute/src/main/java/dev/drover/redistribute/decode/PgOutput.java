package dev.drover.redistribute.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.planner.ddl.SqlQuote;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Reads messages of {@code pgoutput}, protocol version 1, with values in text form.
 *
 * <p>Source: PostgreSQL manual, "Logical Replication Message Formats".
 */
final class PgOutput {
  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final byte NEW_TUPLE = 'N';

  /** Is not sent. */
  private static final String CATALOG_SCHEMA = "pg_catalog";

  private PgOutput() {}

  /**
   * One message, which fills the buffer.
   *
   * @throws SQLException with {@code 08P01} for anything else
   */
  static LogicalMessage decode(ByteBuffer message) throws SQLException {
    try {
      return body(message.get(), message);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new SQLException("a message of logical decoding is cut off", PROTOCOL_VIOLATION, e);
    }
  }

  private static LogicalMessage body(byte type, ByteBuffer in) throws SQLException {
    return switch (type) {
      case 'B' -> new LogicalMessage.Begin(in.getLong());
      case 'C' -> commit(in);
      case 'R' -> relation(in);
      case 'I' -> insert(in);
      case 'U' -> update(in);
      case 'D' -> delete(in);
      case 'T' -> new LogicalMessage.Truncate();
      case 'M' -> marker(in);
      case 'O', 'Y' -> new LogicalMessage.Other();
      default -> throw unexpected("message", type);
    };
  }

  /** Flags and the commit's own place come first. */
  private static LogicalMessage commit(ByteBuffer in) {
    in.get();
    in.getLong();
    return new LogicalMessage.Commit(in.getLong());
  }

  private static LogicalMessage relation(ByteBuffer in) {
    int id = in.getInt();
    String schema = string(in);
    String name = SqlQuote.qualified(schema.isEmpty() ? CATALOG_SCHEMA : schema, string(in));
    in.get();
    int count = in.getShort();
    List<String> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      in.get();
      columns.add(string(in));
      in.getInt();
      in.getInt();
    }
    return new LogicalMessage.Relation(id, name, columns);
  }

  private static LogicalMessage insert(ByteBuffer in) throws SQLException {
    int relation = in.getInt();
    require(NEW_TUPLE, in.get());
    return new LogicalMessage.Insert(relation, tuple(in));
  }

  /** An old row whose values are those of a key only counts as none. */
  private static LogicalMessage update(ByteBuffer in) throws SQLException {
    int relation = in.getInt();
    Optional<Tuple> old = Optional.empty();
    byte kind = in.get();
    if (kind == 'O') {
      old = Optional.of(tuple(in));
      kind = in.get();
    } else if (kind == 'K') {
      tuple(in);
      kind = in.get();
    }
    require(NEW_TUPLE, kind);
    return new LogicalMessage.Update(relation, old, tuple(in));
  }

  private static LogicalMessage delete(ByteBuffer in) throws SQLException {
    int relation = in.getInt();
    require((byte) 'O', in.get());
    return new LogicalMessage.Delete(relation, tuple(in));
  }

  /** Flags and its place come first. */
  private static LogicalMessage marker(ByteBuffer in) {
    in.get();
    in.getLong();
    String prefix = string(in);
    return new LogicalMessage.Marker(prefix, bytes(in));
  }

  private static Tuple tuple(ByteBuffer in) throws SQLException {
    int count = in.getShort();
    List<Optional<String>> values = new ArrayList<>(count);
    BitSet unchanged = new BitSet();
    for (int i = 0; i < count; i++) {
      byte kind = in.get();
      switch (kind) {
        case 'n' -> values.add(Optional.empty());
        case 'u' -> {
          unchanged.set(i);
          values.add(Optional.empty());
        }
        case 't' -> values.add(Optional.of(bytes(in)));
        default -> throw unexpected("kind of value", kind);
      }
    }
    return new Tuple(values, unchanged);
  }

  /** Its length, then its bytes. */
  private static String bytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[length];
    in.get(text);
    return new String(text, UTF_8);
  }

  /** Up to a zero byte. */
  private static String string(ByteBuffer in) {
    int start = in.position();
    while (in.get() != 0) {
      // the next one
    }
    byte[] text = new byte[in.position() - start - 1];
    in.get(start, text);
    return new String(text, UTF_8);
  }

  private static void require(byte expected, byte found) throws SQLException {
    if (expected != found) {
      throw unexpected("row, where one whole row is due,", found);
    }
  }

  private static SQLException unexpected(String what, byte found) {
    return new SQLException(
        "unknown %s '%c' of logical decoding".formatted(what, (char) found), PROTOCOL_VIOLATION);
  }
}
