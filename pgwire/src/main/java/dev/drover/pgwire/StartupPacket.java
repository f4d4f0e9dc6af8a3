package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The packets without a type byte that open a connection.
 *
 * <p>Source: PostgreSQL 18, src/backend/tcop/backend_startup.c, ProcessStartupPacket.
 */
public sealed interface StartupPacket {
  /** Reads the packet behind its length. */
  static StartupPacket decode(ByteBuf body) {
    int code = BodyReader.int32(body);
    return switch (code) {
      case Protocol.SSL_REQUEST -> new SslRequest();
      case Protocol.GSSENC_REQUEST -> new GssencRequest();
      case Protocol.CANCEL_REQUEST -> CancelRequest.read(body);
      default -> Startup.read(code, body);
    };
  }

  /** Asks for TLS. */
  record SslRequest() implements StartupPacket {}

  /** Asks for GSSAPI encryption. */
  record GssencRequest() implements StartupPacket {}

  /** Asks to cancel what the session with this key is doing. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  record CancelRequest(int processId, byte[] key) implements StartupPacket {
    /** Protocol 3.2 allows keys of up to this many bytes; 3.0 has 4. */
    public static final int MAX_KEY_BYTES = 256;

    public CancelRequest {
      requireNonNull(key);
    }

    private static CancelRequest read(ByteBuf body) {
      int processId = BodyReader.int32(body);
      byte[] key = BodyReader.rest(body);
      if (key.length == 0 || key.length > MAX_KEY_BYTES) {
        throw BodyReader.violation("invalid length of cancel request packet");
      }
      return new CancelRequest(processId, key);
    }
  }

  /**
   * Opens a session.
   *
   * <p>{@code extensions} are the names of protocol extensions asked for, all unknown here; the
   * parameters hold {@code user} and, by default of the same value, {@code database}.
   */
  record Startup(int version, Map<String, String> parameters, List<String> extensions)
      implements StartupPacket {
    private static final int MAJOR_SHIFT = 16;
    private static final int MINOR_MASK = 0xffff;
    private static final int MAX_NAME_BYTES = 63;

    public Startup {
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
      extensions = List.copyOf(extensions);
    }

    /** Whether the client must be told that it gets an older version, and no extensions. */
    public boolean needsNegotiation() {
      return version > Protocol.VERSION_3_2 || !extensions.isEmpty();
    }

    private static Startup read(int version, ByteBuf body) {
      checkVersion(version);
      Map<String, String> parameters = new LinkedHashMap<>();
      List<String> extensions = new ArrayList<>();
      while (body.readableBytes() > 1) {
        String name = BodyReader.string(body);
        if (name.isEmpty()) {
          throw badLayout();
        }
        String value = BodyReader.string(body);
        if (name.startsWith(Protocol.EXTENSION_PREFIX)) {
          extensions.add(name);
        } else {
          parameters.put(name, truncated(name, value));
        }
      }
      if (body.readableBytes() != 1 || body.readByte() != 0) {
        throw badLayout();
      }
      return new Startup(version, withDatabase(parameters), extensions);
    }

    private static void checkVersion(int version) {
      int major = version >>> MAJOR_SHIFT;
      if (major != Protocol.VERSION_3_0 >>> MAJOR_SHIFT) {
        throw SqlError.of(
            SqlState.FEATURE_NOT_SUPPORTED,
            "unsupported frontend protocol %d.%d: server supports 3.0 to 3.2"
                .formatted(major, version & MINOR_MASK));
      }
    }

    private static Map<String, String> withDatabase(Map<String, String> parameters) {
      String user = parameters.getOrDefault("user", "");
      if (user.isEmpty()) {
        throw SqlError.of(
            SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
            "no PostgreSQL user name specified in startup packet");
      }
      if (parameters.getOrDefault("database", "").isEmpty()) {
        parameters.put("database", user);
      }
      return parameters;
    }

    /** Names longer than an identifier are cut, as PostgreSQL does. */
    private static String truncated(String name, String value) {
      boolean identifier = name.equals("user") || name.equals("database");
      return identifier ? Utf8.truncate(value, MAX_NAME_BYTES) : value;
    }

    private static SqlError badLayout() {
      return BodyReader.violation(
          "invalid startup packet layout: expected terminator as last byte");
    }
  }
}
