package dev.drover.coordinator.copy;

import dev.drover.pgwire.MessageType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.Set;

/**
 * Makes one COPY TO STDOUT stream of several servers' streams.
 *
 * <p>Text and CSV without a header line pass as they are. A header line, sent by each server in a
 * message of its own, is passed once; a binary header is passed once, and one trailer ends the
 * stream. Servers send a row per message, so their messages may be mixed; but with a header line,
 * rows of other servers must wait until the first message has come.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyOutJoin {
  private static final int HEAD_BYTES = 5;
  private static final int TRAILER_BYTES = 2;

  private final boolean binary;
  private final boolean headerLine;
  private final ByteBufAllocator allocator;
  private final Set<Integer> begun = new HashSet<>();

  private CopyOutJoin(boolean binary, boolean headerLine, ByteBufAllocator allocator) {
    this.binary = binary;
    this.headerLine = headerLine;
    this.allocator = allocator;
  }

  /**
   * For a statement whose rows are in {@code format}; {@code headerLine} as the servers send it.
   */
  public static CopyOutJoin of(CopyFormat format, boolean headerLine, ByteBufAllocator allocator) {
    boolean binary = format == CopyFormat.BINARY;
    return new CopyOutJoin(binary, headerLine && !binary, allocator);
  }

  /**
   * What the client gets of a run of one server's whole CopyData messages; takes over the run, the
   * caller releases the result.
   */
  public ByteBuf join(int node, ByteBuf messages) {
    boolean first = begun.isEmpty();
    boolean begins = messages.isReadable() && begun.add(node);
    if (binary) {
      return joinBinary(messages, begins, first);
    }
    if (headerLine && begins && !first) {
      messages.skipBytes(messageBytes(messages, messages.readerIndex()));
    }
    return messages;
  }

  /** What ends the client's stream, before CopyDone. */
  public ByteBuf end() {
    if (!binary) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf header =
        begun.isEmpty()
            ? Unpooled.wrappedBuffer(BinaryHeader.headerMessage())
            : Unpooled.EMPTY_BUFFER;
    return Unpooled.wrappedBuffer(header, Unpooled.wrappedBuffer(BinaryHeader.trailerMessage()));
  }

  private ByteBuf joinBinary(ByteBuf messages, boolean begins, boolean first) {
    ByteBuf opening = begins ? opening(messages, first) : Unpooled.EMPTY_BUFFER;
    dropTrailer(messages);
    if (!opening.isReadable()) {
      return messages;
    }
    return Unpooled.wrappedBuffer(opening, messages);
  }

  /** The stream's first message without its header, or without its trailer, or as it is. */
  private ByteBuf opening(ByteBuf messages, boolean first) {
    ByteBuf payload = messages.readSlice(messageBytes(messages, messages.readerIndex()));
    payload.skipBytes(HEAD_BYTES);
    int header = BinaryHeader.headerBytes();
    boolean ends =
        payload.readableBytes() == header + TRAILER_BYTES
            && payload.getShort(payload.readerIndex() + header) == -1;
    if (ends) {
      payload.writerIndex(payload.writerIndex() - TRAILER_BYTES);
    }
    if (!first) {
      payload.skipBytes(header);
    }
    if (!payload.isReadable()) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf message = allocator.buffer(HEAD_BYTES + payload.readableBytes());
    message.writeByte(MessageType.Backend.COPY_DATA);
    message.writeInt(Integer.BYTES + payload.readableBytes());
    return message.writeBytes(payload);
  }

  /** A trailer is the stream's last message and has no other bytes. */
  private static void dropTrailer(ByteBuf messages) {
    int trailer = HEAD_BYTES + TRAILER_BYTES;
    int at = messages.readerIndex();
    int end = messages.writerIndex();
    while (at < end) {
      int length = messageBytes(messages, at);
      if (at + length == end && length == trailer && messages.getShort(at + HEAD_BYTES) == -1) {
        messages.writerIndex(at);
        return;
      }
      at += length;
    }
  }

  private static int messageBytes(ByteBuf messages, int at) {
    return 1 + messages.getInt(at + 1);
  }
}
