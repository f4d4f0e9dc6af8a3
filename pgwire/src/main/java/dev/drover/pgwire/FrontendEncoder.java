package dev.drover.pgwire;

import static dev.drover.pgwire.MessageType.Frontend.BIND;
import static dev.drover.pgwire.MessageType.Frontend.CLOSE;
import static dev.drover.pgwire.MessageType.Frontend.COPY_DATA;
import static dev.drover.pgwire.MessageType.Frontend.COPY_DONE;
import static dev.drover.pgwire.MessageType.Frontend.COPY_FAIL;
import static dev.drover.pgwire.MessageType.Frontend.DESCRIBE;
import static dev.drover.pgwire.MessageType.Frontend.EXECUTE;
import static dev.drover.pgwire.MessageType.Frontend.FLUSH;
import static dev.drover.pgwire.MessageType.Frontend.PARSE;
import static dev.drover.pgwire.MessageType.Frontend.PASSWORD;
import static dev.drover.pgwire.MessageType.Frontend.QUERY;
import static dev.drover.pgwire.MessageType.Frontend.SYNC;
import static dev.drover.pgwire.MessageType.Frontend.TERMINATE;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * Appends the messages that a client sends to a server, each as one whole frame.
 *
 * <p>Threads: stateless.
 */
public final class FrontendEncoder {
  /** What Describe and Close name: a prepared statement. */
  public static final char STATEMENT = 'S';

  /** What Describe and Close name: a portal. */
  public static final char PORTAL = 'P';

  private FrontendEncoder() {}

  /** A startup packet of version 3.0 with {@code user}, {@code database} and settings. */
  public static void startup(ByteBuf out, Map<String, String> parameters) {
    int packet = Frames.beginUntyped(out);
    out.writeInt(Protocol.VERSION_3_0);
    parameters.forEach(
        (name, value) -> {
          Frames.string(out, name);
          Frames.string(out, value);
        });
    out.writeByte(0);
    Frames.end(out, packet);
  }

  public static void sslRequest(ByteBuf out) {
    int packet = Frames.beginUntyped(out);
    out.writeInt(Protocol.SSL_REQUEST);
    Frames.end(out, packet);
  }

  public static void cancelRequest(ByteBuf out, int processId, byte[] key) {
    int packet = Frames.beginUntyped(out);
    out.writeInt(Protocol.CANCEL_REQUEST);
    out.writeInt(processId);
    out.writeBytes(key);
    Frames.end(out, packet);
  }

  public static void query(ByteBuf out, String sql) {
    Frames.ofString(out, QUERY, sql);
  }

  /** A query whose text is already there as UTF-8, without a terminating zero. */
  public static void query(ByteBuf out, byte[] utf8, int offset, int length) {
    int frame = Frames.begin(out, QUERY);
    out.writeBytes(utf8, offset, length);
    out.writeByte(0);
    Frames.end(out, frame);
  }

  public static void parse(ByteBuf out, String name, byte[] sqlUtf8, int[] parameterOids) {
    int frame = Frames.begin(out, PARSE);
    Frames.string(out, name);
    out.writeBytes(sqlUtf8);
    out.writeByte(0);
    Frames.ints(out, parameterOids);
    Frames.end(out, frame);
  }

  public static void bind(
      ByteBuf out, String portal, String statement, BindParameters parameters, int[] formats) {
    int frame = Frames.begin(out, BIND);
    Frames.string(out, portal);
    Frames.string(out, statement);
    Frames.shorts(out, parameters.formats());
    Frames.count(out, parameters.values());
    for (byte[] value : parameters.values()) {
      Frames.value(out, value);
    }
    Frames.shorts(out, formats);
    Frames.end(out, frame);
  }

  /** Values in text format that are written one by one. */
  public record Texts(int count, Writer writer) {
    /** Appends the text of one value. */
    @FunctionalInterface
    public interface Writer {
      void write(int index, ByteBuf out);
    }
  }

  /** Like {@link #bind} of values that need not be there as arrays of bytes; none is NULL. */
  public static void bindTexts(
      ByteBuf out, String portal, String statement, Texts values, int[] formats) {
    int frame = Frames.begin(out, BIND);
    Frames.string(out, portal);
    Frames.string(out, statement);
    out.writeShort(0);
    out.writeShort(values.count());
    for (int i = 0; i < values.count(); i++) {
      int length = out.writerIndex();
      out.writeInt(0);
      values.writer().write(i, out);
      out.setInt(length, out.writerIndex() - length - Integer.BYTES);
    }
    Frames.shorts(out, formats);
    Frames.end(out, frame);
  }

  /** The values and formats of a received Bind for another portal and statement. */
  public static void bind(
      ByteBuf out, String portal, String statement, FrontendDecoder.Bind received) {
    int frame = Frames.begin(out, BIND);
    Frames.string(out, portal);
    Frames.string(out, statement);
    received.writeValues(out);
    Frames.end(out, frame);
  }

  public static void describeStatement(ByteBuf out, String name) {
    named(out, DESCRIBE, STATEMENT, name);
  }

  public static void describePortal(ByteBuf out, String name) {
    named(out, DESCRIBE, PORTAL, name);
  }

  /** Runs a portal; {@code maxRows} 0 means all rows. */
  public static void execute(ByteBuf out, String portal, int maxRows) {
    int frame = Frames.begin(out, EXECUTE);
    Frames.string(out, portal);
    out.writeInt(maxRows);
    Frames.end(out, frame);
  }

  public static void closeStatement(ByteBuf out, String name) {
    named(out, CLOSE, STATEMENT, name);
  }

  public static void closePortal(ByteBuf out, String name) {
    named(out, CLOSE, PORTAL, name);
  }

  public static void sync(ByteBuf out) {
    Frames.empty(out, SYNC);
  }

  public static void flush(ByteBuf out) {
    Frames.empty(out, FLUSH);
  }

  public static void copyData(ByteBuf out, byte[] data, int offset, int length) {
    int frame = Frames.begin(out, COPY_DATA);
    out.writeBytes(data, offset, length);
    Frames.end(out, frame);
  }

  /** The head of a CopyData whose {@code bodyLength} bytes follow by other means. */
  public static void copyDataHeader(ByteBuf out, int bodyLength) {
    out.writeByte(COPY_DATA);
    out.writeInt(Protocol.LENGTH_BYTES + bodyLength);
  }

  public static void copyDone(ByteBuf out) {
    Frames.empty(out, COPY_DONE);
  }

  public static void copyFail(ByteBuf out, String reason) {
    Frames.ofString(out, COPY_FAIL, reason);
  }

  public static void terminate(ByteBuf out) {
    Frames.empty(out, TERMINATE);
  }

  public static void password(ByteBuf out, String password) {
    Frames.ofString(out, PASSWORD, password);
  }

  public static void saslInitialResponse(ByteBuf out, String mechanism, byte[] response) {
    int frame = Frames.begin(out, PASSWORD);
    Frames.string(out, mechanism);
    Frames.value(out, response);
    Frames.end(out, frame);
  }

  public static void saslResponse(ByteBuf out, byte[] response) {
    int frame = Frames.begin(out, PASSWORD);
    out.writeBytes(response);
    Frames.end(out, frame);
  }

  private static void named(ByteBuf out, byte type, char kind, String name) {
    int frame = Frames.begin(out, type);
    out.writeByte(kind);
    Frames.string(out, name);
    Frames.end(out, frame);
  }
}
