package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What a server receives after the startup, one type per message.
 *
 * <p>Each {@code decode} takes the body of one message, which must be used up exactly; whatever
 * does not fit is refused with 08P01, text that is not UTF-8 with 22021.
 *
 * <p>Threads: immutable; arrays are shared with the caller and not to be changed.
 */
public final class FrontendDecoder {
  private FrontendDecoder() {}

  /** The text of a Query, or the password of a PasswordMessage: a body of one string. */
  public static String string(ByteBuf body) {
    String text = BodyReader.string(body);
    BodyReader.end(body);
    return text;
  }

  /** The bytes of a message that is nothing but data, such as SASLResponse. */
  public static byte[] bytes(ByteBuf body) {
    return BodyReader.rest(body);
  }

  /** A statement to prepare; an empty name means the unnamed statement. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record Parse(String name, byte[] sql, int[] paramOids) {
    public Parse {
      requireNonNull(name);
      requireNonNull(sql);
      requireNonNull(paramOids);
    }

    public static Parse decode(ByteBuf body) {
      String name = BodyReader.string(body);
      byte[] sql = BodyReader.stringBytes(body);
      int[] oids = BodyReader.ints(body);
      BodyReader.end(body);
      return new Parse(name, sql, oids);
    }
  }

  /** A prepared statement or a portal to describe; kind 'S' or 'P'. */
  public record Describe(char kind, String name) {
    public Describe {
      checkKind(kind, "DESCRIBE");
      requireNonNull(name);
    }

    public static Describe decode(ByteBuf body) {
      Describe message = new Describe((char) BodyReader.int8(body), BodyReader.string(body));
      BodyReader.end(body);
      return message;
    }
  }

  /** A portal to run; {@code maxRows} 0 means all rows. */
  public record Execute(String portal, int maxRows) {
    public Execute {
      requireNonNull(portal);
    }

    /** A negative limit means all rows, as in PostgreSQL. */
    public static Execute decode(ByteBuf body) {
      String portal = BodyReader.string(body);
      int maxRows = Math.max(BodyReader.int32(body), 0);
      BodyReader.end(body);
      return new Execute(portal, maxRows);
    }
  }

  /** A prepared statement or a portal to drop; kind 'S' or 'P'. */
  public record Close(char kind, String name) {
    public Close {
      checkKind(kind, "CLOSE");
      requireNonNull(name);
    }

    public static Close decode(ByteBuf body) {
      Close message = new Close((char) BodyReader.int8(body), BodyReader.string(body));
      BodyReader.end(body);
      return message;
    }
  }

  /** A call of a function by its OID; the body is kept as it is, once known to be whole. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record FunctionCall(int function, byte[] body) {
    public FunctionCall {
      requireNonNull(body);
    }

    /** Layout: function, argument formats, arguments, result format. */
    public static FunctionCall decode(ByteBuf body) {
      ByteBuf whole = body.duplicate();
      int function = BodyReader.int32(body);
      BodyReader.shorts(body);
      int arguments = BodyReader.count(body, Integer.BYTES);
      for (int i = 0; i < arguments; i++) {
        body.skipBytes(Math.max(BodyReader.valueLength(body), 0));
      }
      BodyReader.int16(body);
      BodyReader.end(body);
      return new FunctionCall(function, BodyReader.rest(whole));
    }
  }

  /** The first message of a SASL exchange; without data the response is empty. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record SaslInitialResponse(String mechanism, byte[] response) {
    public SaslInitialResponse {
      requireNonNull(mechanism);
      requireNonNull(response);
    }

    public static SaslInitialResponse decode(ByteBuf body) {
      String mechanism = BodyReader.string(body);
      byte[] response = BodyReader.valueOrNull(body);
      BodyReader.end(body);
      return new SaslInitialResponse(mechanism, response == null ? new byte[0] : response);
    }
  }

  /**
   * Values for a statement's parameters.
   *
   * <p>Layout: portal, statement, parameter formats, values, result formats; the body is copied
   * once and values are read in place.
   */
  public static final class Bind {
    private final String portal;
    private final String statement;
    private final byte[] bytes;
    private final int[] paramFormats;
    private final int[] offsets;
    private final int[] lengths;
    private final int[] resultFormats;

    private Bind(Names names, byte[] bytes, int[] paramFormats, int[][] values, int[] formats) {
      this.portal = names.portal;
      this.statement = names.statement;
      this.bytes = bytes;
      this.paramFormats = paramFormats;
      this.offsets = values[0];
      this.lengths = values[1];
      this.resultFormats = formats;
    }

    public static Bind decode(ByteBuf body) {
      Names names = new Names(BodyReader.string(body), BodyReader.string(body));
      int start = body.readerIndex();
      byte[] bytes = new byte[body.readableBytes()];
      body.getBytes(start, bytes);
      int[] paramFormats = formats(body);
      int[][] values = values(body, start);
      if (paramFormats.length > 1 && paramFormats.length != values[0].length) {
        throw BodyReader.violation(
            "bind message has %d parameter formats but %d parameters"
                .formatted(paramFormats.length, values[0].length));
      }
      int[] resultFormats = formats(body);
      BodyReader.end(body);
      return new Bind(names, bytes, paramFormats, values, resultFormats);
    }

    /** The same values, with all results in text format. */
    public Bind withTextResults() {
      int formatBytes = Short.BYTES * resultFormats.length;
      byte[] shorter = Arrays.copyOf(bytes, bytes.length - formatBytes);
      Arrays.fill(shorter, shorter.length - Short.BYTES, shorter.length, (byte) 0);
      int[][] values = {offsets, lengths};
      return new Bind(new Names(portal, statement), shorter, paramFormats, values, new int[0]);
    }

    public String portal() {
      return portal;
    }

    public String statement() {
      return statement;
    }

    public int[] paramFormats() {
      return paramFormats;
    }

    public int paramCount() {
      return offsets.length;
    }

    public boolean isNull(int parameter) {
      return lengths[parameter] == Frames.NULL_LENGTH;
    }

    /** Where the value of a parameter that is not NULL starts in {@link #bytes}. */
    public int offset(int parameter) {
      return offsets[parameter];
    }

    /** Bytes of the value; -1 for NULL. */
    public int length(int parameter) {
      return lengths[parameter];
    }

    /** What {@link #offset} points into; not to be changed. */
    public byte[] bytes() {
      return bytes;
    }

    /** 0 text, 1 binary. */
    public int format(int parameter) {
      return resolve(paramFormats, parameter);
    }

    public int[] resultFormats() {
      return resultFormats;
    }

    /**
     * The format of a result column: no format means text, one stands for all, else one each.
     *
     * <p>A column beyond the list raises 08P01, as the server would once it knows the columns.
     */
    public int resultFormat(int column) {
      if (resultFormats.length > 1 && column >= resultFormats.length) {
        throw BodyReader.violation(
            "bind message has %d result formats but query has more columns"
                .formatted(resultFormats.length));
      }
      return resolve(resultFormats, column);
    }

    /** No column is asked for in binary format, however many there are. */
    public boolean allResultsAreText() {
      return resultFormats.length == 0
          || (resultFormats.length == 1 && resultFormats[0] == Protocol.TEXT_FORMAT);
    }

    /** Everything behind the names, as it came. */
    void writeValues(ByteBuf out) {
      out.writeBytes(bytes);
    }

    private static int resolve(int[] formats, int index) {
      return switch (formats.length) {
        case 0 -> Protocol.TEXT_FORMAT;
        case 1 -> formats[0];
        default -> formats[index];
      };
    }

    private static int[] formats(ByteBuf body) {
      int[] formats = BodyReader.shorts(body);
      for (int format : formats) {
        if (format != Protocol.TEXT_FORMAT && format != Protocol.BINARY_FORMAT) {
          throw SqlError.of(
              SqlState.INVALID_PARAMETER_VALUE, "unsupported format code: " + (short) format);
        }
      }
      return formats;
    }

    private static int[][] values(ByteBuf body, int start) {
      int count = BodyReader.count(body, Integer.BYTES);
      int[][] values = new int[2][count];
      for (int i = 0; i < count; i++) {
        int length = BodyReader.valueLength(body);
        values[0][i] = body.readerIndex() - start;
        values[1][i] = length;
        body.skipBytes(Math.max(length, 0));
      }
      return values;
    }

    private record Names(String portal, String statement) {}
  }

  private static void checkKind(char kind, String message) {
    if (kind != FrontendEncoder.STATEMENT && kind != FrontendEncoder.PORTAL) {
      throw BodyReader.violation("invalid %s message subtype %d".formatted(message, (int) kind));
    }
  }
}
