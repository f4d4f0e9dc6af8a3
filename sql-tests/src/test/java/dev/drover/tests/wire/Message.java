package dev.drover.tests.wire;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One message of the server: its type byte and what follows the length. */
public record Message(char type, ByteBuffer body) {
  /** One column as RowDescription announces it. */
  public record Field(String name, int tableOid, int attribute, Type type, int format) {}

  /** A column's type: OID, length and modifier. */
  public record Type(int oid, int length, int modifier) {}

  public Message {
    requireNonNull(body);
    body = body.asReadOnlyBuffer();
  }

  /** The fields of an ErrorResponse or NoticeResponse by their letters. */
  public Map<Character, String> errorFields() {
    Map<Character, String> fields = new LinkedHashMap<>();
    ByteBuffer in = reader();
    for (byte code = in.get(); code != 0; code = in.get()) {
      fields.put((char) code, text(in));
    }
    return fields;
  }

  /** The columns of a RowDescription. */
  public List<Field> columns() {
    ByteBuffer in = reader();
    int count = in.getShort();
    List<Field> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = text(in);
      int table = in.getInt();
      int attribute = in.getShort();
      Type type = new Type(in.getInt(), in.getShort(), in.getInt());
      fields.add(new Field(name, table, attribute, type, in.getShort()));
    }
    return List.copyOf(fields);
  }

  /** The values of a DataRow. */
  public List<Optional<ByteBuffer>> values() {
    ByteBuffer in = reader();
    int count = in.getShort();
    List<Optional<ByteBuffer>> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.getInt();
      values.add(length < 0 ? Optional.empty() : Optional.of(take(in, length)));
    }
    return List.copyOf(values);
  }

  /** The SQLSTATE of an ErrorResponse or NoticeResponse. */
  public String sqlState() {
    return errorFields().getOrDefault('C', "");
  }

  /** A fresh view of the body, at its start. */
  public ByteBuffer reader() {
    return body.duplicate();
  }

  static String text(ByteBuffer in) {
    int start = in.position();
    while (in.get() != 0) {}
    ByteBuffer bytes = in.duplicate().position(start).limit(in.position() - 1);
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private static ByteBuffer take(ByteBuffer in, int length) {
    ByteBuffer value = in.slice(in.position(), length);
    in.position(in.position() + length);
    return value;
  }
}
