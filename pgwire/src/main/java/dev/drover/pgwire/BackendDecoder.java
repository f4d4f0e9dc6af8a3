package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a client receives, where it must look inside: each takes the body of one message.
 *
 * <p>RowDescription, CommandComplete and the error fields have types of their own: {@link
 * RowDescription}, {@link CommandTag}, {@link ErrorFields}.
 */
public final class BackendDecoder {
  private BackendDecoder() {}

  /** A setting that the server reports by itself. */
  public record ParameterStatus(String name, String value) {
    public ParameterStatus {
      requireNonNull(name);
      requireNonNull(value);
    }

    public static ParameterStatus decode(ByteBuf body) {
      String name = BodyReader.string(body);
      String value = BodyReader.string(body);
      BodyReader.end(body);
      return new ParameterStatus(name, value);
    }
  }

  /** What a CancelRequest must show. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record BackendKeyData(int processId, byte[] key) {
    public BackendKeyData {
      requireNonNull(key);
    }

    public static BackendKeyData decode(ByteBuf body) {
      return new BackendKeyData(BodyReader.int32(body), BodyReader.rest(body));
    }
  }

  /** Asks the client to authenticate; the meaning of the data depends on the kind. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record Authentication(int kind, byte[] data) {
    public Authentication {
      requireNonNull(data);
    }

    public static Authentication decode(ByteBuf body) {
      return new Authentication(BodyReader.int32(body), BodyReader.rest(body));
    }
  }

  /** Opens a COPY: the format of the whole and of its columns, 0 text, 1 binary. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record CopyResponse(int format, int[] columnFormats) {
    public CopyResponse {
      requireNonNull(columnFormats);
    }

    public static CopyResponse decode(ByteBuf body) {
      int format = BodyReader.int8(body);
      int[] columnFormats = BodyReader.shorts(body);
      BodyReader.end(body);
      return new CopyResponse(format, columnFormats);
    }
  }

  /** What another session said by NOTIFY. */
  public record Notification(int processId, String channel, String payload) {
    public Notification {
      requireNonNull(channel);
      requireNonNull(payload);
    }

    public static Notification decode(ByteBuf body) {
      int processId = BodyReader.int32(body);
      String channel = BodyReader.string(body);
      String payload = BodyReader.string(body);
      BodyReader.end(body);
      return new Notification(processId, channel, payload);
    }
  }

  /** The types of a statement's parameters. */
  public static int[] parameterDescription(ByteBuf body) {
    int[] oids = BodyReader.ints(body);
    BodyReader.end(body);
    return oids;
  }

  public static char readyForQuery(ByteBuf body) {
    char status = (char) BodyReader.int8(body);
    BodyReader.end(body);
    return status;
  }

  /** The values of a row; null stands for NULL. */
  public static List<byte[]> dataRow(ByteBuf body) {
    int count = BodyReader.count(body, Integer.BYTES);
    List<byte[]> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(BodyReader.valueOrNull(body));
    }
    BodyReader.end(body);
    return Collections.unmodifiableList(values);
  }

  /** The values of the first row of a run of whole frames, which is moved behind it. */
  public static List<byte[]> nextDataRow(ByteBuf run) {
    BodyReader.need(run, Protocol.HEADER_BYTES);
    byte type = run.readByte();
    int bodyLength = run.readInt() - Protocol.LENGTH_BYTES;
    if (type != MessageType.Backend.DATA_ROW || bodyLength < 0) {
      throw BodyReader.violation("a run of rows holds a message of type %d".formatted(type));
    }
    BodyReader.need(run, bodyLength);
    return dataRow(run.readSlice(bodyLength));
  }
}
