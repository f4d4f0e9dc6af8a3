package dev.drover.pgwire;

import static dev.drover.pgwire.MessageType.Backend.AUTHENTICATION;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Appends the messages that a server sends to a client, each as one whole frame.
 *
 * <p>Threads: stateless.
 */
public final class BackendEncoder {
  private BackendEncoder() {}

  public static void authenticationOk(ByteBuf out) {
    authentication(out, Protocol.AUTHENTICATION_OK, new byte[0]);
  }

  public static void cleartext(ByteBuf out) {
    authentication(out, Protocol.AUTHENTICATION_CLEARTEXT, new byte[0]);
  }

  public static void authenticationSasl(ByteBuf out, List<String> mechanisms) {
    int frame = Frames.begin(out, AUTHENTICATION);
    out.writeInt(Protocol.AUTHENTICATION_SASL);
    mechanisms.forEach(mechanism -> Frames.string(out, mechanism));
    out.writeByte(0);
    Frames.end(out, frame);
  }

  public static void saslContinue(ByteBuf out, byte[] data) {
    authentication(out, Protocol.AUTHENTICATION_SASL_CONTINUE, data);
  }

  public static void saslFinal(ByteBuf out, byte[] data) {
    authentication(out, Protocol.AUTHENTICATION_SASL_FINAL, data);
  }

  public static void parameterStatus(ByteBuf out, String name, String value) {
    int frame = Frames.begin(out, MessageType.Backend.PARAMETER_STATUS);
    Frames.string(out, name);
    Frames.string(out, value);
    Frames.end(out, frame);
  }

  public static void backendKeyData(ByteBuf out, int processId, byte[] key) {
    int frame = Frames.begin(out, MessageType.Backend.BACKEND_KEY_DATA);
    out.writeInt(processId);
    out.writeBytes(key);
    Frames.end(out, frame);
  }

  /** Status 'I', 'T' or 'E'. */
  public static void readyForQuery(ByteBuf out, char status) {
    out.writeByte(MessageType.Backend.READY_FOR_QUERY);
    out.writeInt(Protocol.LENGTH_BYTES + 1);
    out.writeByte(status);
  }

  public static void commandComplete(ByteBuf out, String tag) {
    Frames.ofString(out, MessageType.Backend.COMMAND_COMPLETE, tag);
  }

  public static void commandComplete(ByteBuf out, CommandTag tag) {
    commandComplete(out, tag.format());
  }

  public static void emptyQuery(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.EMPTY_QUERY);
  }

  public static void parseComplete(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.PARSE_COMPLETE);
  }

  public static void bindComplete(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.BIND_COMPLETE);
  }

  public static void closeComplete(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.CLOSE_COMPLETE);
  }

  public static void noData(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.NO_DATA);
  }

  public static void portalSuspended(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.PORTAL_SUSPENDED);
  }

  public static void parameterDescription(ByteBuf out, int[] oids) {
    int frame = Frames.begin(out, MessageType.Backend.PARAMETER_DESCRIPTION);
    Frames.ints(out, oids);
    Frames.end(out, frame);
  }

  public static void rowDescription(ByteBuf out, List<FieldDescription> fields) {
    new RowDescription(fields).encode(out);
  }

  /** A row of values; null stands for NULL. */
  public static void dataRow(ByteBuf out, List<byte[]> values) {
    int frame = Frames.begin(out, MessageType.Backend.DATA_ROW);
    Frames.count(out, values);
    for (byte[] value : values) {
      Frames.value(out, value);
    }
    Frames.end(out, frame);
  }

  /** Asks for COPY data; {@code format} 0 text, 1 binary. */
  public static void copyInResponse(ByteBuf out, int format, int[] columnFormats) {
    copyResponse(out, MessageType.Backend.COPY_IN, format, columnFormats);
  }

  public static void copyOutResponse(ByteBuf out, int format, int[] columnFormats) {
    copyResponse(out, MessageType.Backend.COPY_OUT, format, columnFormats);
  }

  public static void copyData(ByteBuf out, byte[] data) {
    int frame = Frames.begin(out, MessageType.Backend.COPY_DATA);
    out.writeBytes(data);
    Frames.end(out, frame);
  }

  public static void copyDone(ByteBuf out) {
    Frames.empty(out, MessageType.Backend.COPY_DONE);
  }

  public static void notification(ByteBuf out, BackendDecoder.Notification notification) {
    int frame = Frames.begin(out, MessageType.Backend.NOTIFICATION);
    out.writeInt(notification.processId());
    Frames.string(out, notification.channel());
    Frames.string(out, notification.payload());
    Frames.end(out, frame);
  }

  /** An ErrorResponse of severity ERROR. */
  public static void error(ByteBuf out, SqlError error) {
    error(out, ErrorFields.of(error, Severity.ERROR));
  }

  public static void error(ByteBuf out, ErrorFields fields) {
    fields.encodeError(out);
  }

  public static void notice(ByteBuf out, ErrorFields fields) {
    fields.encodeNotice(out);
  }

  /** Tells the newest version known here and the extensions that are not known. */
  public static void negotiateProtocolVersion(ByteBuf out, int version, List<String> unknown) {
    int frame = Frames.begin(out, MessageType.Backend.NEGOTIATE_PROTOCOL_VERSION);
    out.writeInt(version);
    out.writeInt(unknown.size());
    unknown.forEach(name -> Frames.string(out, name));
    Frames.end(out, frame);
  }

  private static void authentication(ByteBuf out, int kind, byte[] data) {
    int frame = Frames.begin(out, AUTHENTICATION);
    out.writeInt(kind);
    out.writeBytes(data);
    Frames.end(out, frame);
  }

  private static void copyResponse(ByteBuf out, byte type, int format, int[] columnFormats) {
    int frame = Frames.begin(out, type);
    out.writeByte(format);
    Frames.shorts(out, columnFormats);
    Frames.end(out, frame);
  }
}
