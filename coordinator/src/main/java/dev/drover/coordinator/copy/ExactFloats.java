package dev.drover.coordinator.copy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Columns of floating-point numbers among those whose rows travel as text. A server prints no more
 * digits of them than the session's {@code extra_float_digits} says; so they are asked for in
 * binary format, and printed here by the fewest digits that mean the same number.
 *
 * <p>Threads: immutable.
 */
public final class ExactFloats {
  /** No column is one. */
  public static final ExactFloats NONE = new ExactFloats(List.of());

  private static final int FLOAT4 = 700;
  private static final int FLOAT8 = 701;
  private static final int[] TEXT = {0};

  private final List<Integer> types;
  private final boolean any;

  private ExactFloats(List<Integer> types) {
    this.types = List.copyOf(types);
    this.any = types.contains(FLOAT4) || types.contains(FLOAT8);
  }

  /** For columns of these types, of a domain the OID of what it is over. */
  public static ExactFloats ofTypes(List<Integer> oids) {
    return new ExactFloats(oids);
  }

  /** For columns of types as {@code format_type} prints them. */
  public static ExactFloats ofNames(List<String> names) {
    return new ExactFloats(
        names.stream()
            .map(
                name ->
                    switch (name) {
                      case "real" -> FLOAT4;
                      case "double precision" -> FLOAT8;
                      default -> 0;
                    })
            .toList());
  }

  /** What to ask a server for, as Bind takes it. */
  public int[] formats() {
    return any ? types.stream().mapToInt(type -> isFloat(type) ? 1 : 0).toArray() : TEXT;
  }

  private static boolean isFloat(int type) {
    return type == FLOAT4 || type == FLOAT8;
  }

  /** Whether values of this column have come in binary format. */
  public boolean isBinary(int column) {
    return any && isFloat(types.get(column));
  }

  /** The text of such a value, which is not NULL. */
  public byte[] text(int column, byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    String text =
        types.get(column) == FLOAT4
            ? Float.toString(bytes.getFloat())
            : Double.toString(bytes.getDouble());
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
