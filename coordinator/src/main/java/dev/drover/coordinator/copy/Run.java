package dev.drover.coordinator.copy;

import dev.drover.pgwire.MessageType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows for one relation of a server, as CopyData messages.
 *
 * <p>Threads: confined to one.
 */
final class Run {
  private static final int HEAD_BYTES = 5;
  private static final int FIRST_MESSAGE_BYTES = 4 * 1024;

  private final int slot;
  private final int messageBytes;
  private final ByteBufAllocator allocator;
  private final Deque<ByteBuf> messages = new ArrayDeque<>();
  private final LineLog lines;
  private ByteBuf open = Unpooled.EMPTY_BUFFER;
  private long lengthBytes;

  private Run(int slot, int messageBytes, ByteBufAllocator allocator, LineLog lines) {
    this.slot = slot;
    this.messageBytes = messageBytes;
    this.allocator = allocator;
    this.lines = lines;
  }

  static Run of(int slot, int messageBytes, ByteBufAllocator allocator) {
    return new Run(slot, messageBytes, allocator, new LineLog());
  }

  int slot() {
    return slot;
  }

  LineLog lines() {
    return lines;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  boolean isEmpty() {
    return lengthBytes == 0;
  }

  void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int rest = length;
    while (rest > 0) {
      if (open.maxWritableBytes() == 0) {
        openMessage();
      }
      int part = Math.min(rest, open.maxWritableBytes());
      open.writeBytes(bytes, from, part);
      from += part;
      rest -= part;
    }
    lengthBytes += length;
  }

  /** Adds bytes without copying them; takes over the buffer. */
  void adopt(ByteBuf payload) {
    closeMessage();
    lengthBytes += payload.readableBytes();
    ByteBuf head = allocator.buffer(HEAD_BYTES);
    head.writeByte(MessageType.Frontend.COPY_DATA)
        .writeInt(payload.readableBytes() + Integer.BYTES);
    messages.add(head);
    messages.add(payload);
  }

  /** No more rows: the messages may be taken. */
  void seal() {
    closeMessage();
  }

  /** The same messages once more, for another node. */
  Run duplicate() {
    Run copy = new Run(slot, messageBytes, allocator, lines);
    messages.forEach(message -> copy.messages.add(message.retainedDuplicate()));
    copy.lengthBytes = lengthBytes;
    return copy;
  }

  boolean hasMessages() {
    return !messages.isEmpty();
  }

  ByteBuf takeMessage() {
    return messages.remove();
  }

  void release() {
    open.release();
    open = Unpooled.EMPTY_BUFFER;
    List<ByteBuf> left = new ArrayList<>(messages);
    messages.clear();
    left.forEach(ByteBuf::release);
  }

  private void openMessage() {
    closeMessage();
    boolean first = lengthBytes == 0;
    int capacity = first ? Math.min(FIRST_MESSAGE_BYTES, messageBytes) : messageBytes;
    open = allocator.buffer(capacity + HEAD_BYTES, messageBytes + HEAD_BYTES);
    open.writeByte(MessageType.Frontend.COPY_DATA).writeInt(0);
  }

  private void closeMessage() {
    if (open.isReadable()) {
      open.setInt(1, open.readableBytes() - 1);
      messages.add(open);
    }
    open = Unpooled.EMPTY_BUFFER;
  }
}
