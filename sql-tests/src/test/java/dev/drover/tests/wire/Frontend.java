package dev.drover.tests.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages that a client sends, as bytes.
 *
 * <p>Source: PostgreSQL 18 manual, "Message Formats".
 */
public final class Frontend {
  public static final int PROTOCOL_3_0 = 196608;
  public static final int SSL_REQUEST = 80877103;
  public static final int GSSENC_REQUEST = 80877104;
  private static final int CANCEL_REQUEST = 80877102;

  private Frontend() {}

  public static byte[] startup(int protocol, Map<String, String> settings) {
    Body body = new Body().int4(protocol);
    settings.forEach((name, value) -> body.text(name).text(value));
    return withLength(body.int1(0).bytes());
  }

  /** SSLRequest and GSSENCRequest: a length and a code. */
  public static byte[] request(int code) {
    return withLength(new Body().int4(code).bytes());
  }

  public static byte[] cancel(int processId, byte[] secret) {
    return withLength(new Body().int4(CANCEL_REQUEST).int4(processId).raw(secret).bytes());
  }

  public static byte[] saslInitial(String mechanism, String data) {
    return message('p', new Body().text(mechanism).value(Optional.of(data)));
  }

  public static byte[] saslResponse(String data) {
    return message('p', new Body().raw(data.getBytes(StandardCharsets.UTF_8)));
  }

  public static byte[] query(String sql) {
    return message('Q', new Body().text(sql));
  }

  public static byte[] parse(String statement, String sql, int... parameterTypes) {
    Body body = new Body().text(statement).text(sql).int2(parameterTypes.length);
    for (int type : parameterTypes) {
      body.int4(type);
    }
    return message('P', body);
  }

  /** Parameters as text; an empty list of result formats asks for text. */
  public static byte[] bind(
      String portal,
      String statement,
      List<Optional<String>> parameters,
      List<Integer> resultFormats) {
    Body body = new Body().text(portal).text(statement).int2(0).int2(parameters.size());
    parameters.forEach(body::value);
    body.int2(resultFormats.size());
    resultFormats.forEach(body::int2);
    return message('B', body);
  }

  public static byte[] bind(String portal, String statement, String... parameters) {
    return bind(
        portal, statement, List.of(parameters).stream().map(Optional::of).toList(), List.of());
  }

  public static byte[] describeStatement(String name) {
    return message('D', new Body().int1('S').text(name));
  }

  public static byte[] describePortal(String name) {
    return message('D', new Body().int1('P').text(name));
  }

  /** A row limit of 0 means all rows. */
  public static byte[] execute(String portal, int rowLimit) {
    return message('E', new Body().text(portal).int4(rowLimit));
  }

  public static byte[] closeStatement(String name) {
    return message('C', new Body().int1('S').text(name));
  }

  public static byte[] closePortal(String name) {
    return message('C', new Body().int1('P').text(name));
  }

  public static byte[] sync() {
    return message('S', new Body());
  }

  public static byte[] flush() {
    return message('H', new Body());
  }

  public static byte[] terminate() {
    return message('X', new Body());
  }

  public static byte[] copyData(String text) {
    return message('d', new Body().raw(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static byte[] copyBytes(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return message('d', new Body().raw(copy));
  }

  public static byte[] copyDone() {
    return message('c', new Body());
  }

  public static byte[] copyFail(String reason) {
    return message('f', new Body().text(reason));
  }

  /** Calls a function of one int4 argument, text formats. */
  public static byte[] functionCall(int function, String argument) {
    Body body = new Body().int4(function).int2(0).int2(1).value(Optional.of(argument)).int2(0);
    return message('F', body);
  }

  /** Any message at all, valid or not. */
  public static byte[] raw(char type, int claimedLength, byte[] body) {
    return new Body().int1(type).int4(claimedLength).raw(body).bytes();
  }

  private static byte[] message(char type, Body body) {
    byte[] bytes = body.bytes();
    return raw(type, bytes.length + Integer.BYTES, bytes);
  }

  private static byte[] withLength(byte[] body) {
    return new Body().int4(body.length + Integer.BYTES).raw(body).bytes();
  }

  /** Collects the fields of one message. */
  private static final class Body {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Body int1(int value) {
      out.write(value);
      return this;
    }

    Body int2(int value) {
      return raw(ByteBuffer.allocate(Short.BYTES).putShort((short) value).array());
    }

    Body int4(int value) {
      return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    Body text(String value) {
      return raw(value.getBytes(StandardCharsets.UTF_8)).int1(0);
    }

    Body value(Optional<String> value) {
      if (value.isEmpty()) {
        return int4(-1);
      }
      byte[] bytes = value.get().getBytes(StandardCharsets.UTF_8);
      return int4(bytes.length).raw(bytes);
    }

    Body raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
