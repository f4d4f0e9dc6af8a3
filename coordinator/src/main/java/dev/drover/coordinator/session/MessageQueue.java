package dev.drover.coordinator.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Messages that wait while a statement runs. Beyond a bound the client is not read any more.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class MessageQueue {
  private static final int MAX_MESSAGES = 4096;
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final byte NOTHING = 0;

  /** One message; whoever takes it releases the body. */
  record Message(byte type, ByteBuf body) {}

  private final Deque<Message> messages = new ArrayDeque<>();
  private int bytes;

  /** The body is copied only as far as the reference to it. */
  void add(byte type, ByteBuf body) {
    messages.add(new Message(type, body.retainedSlice()));
    bytes += body.readableBytes();
  }

  /** Null when it is empty. */
  Message poll() {
    Message message = messages.poll();
    if (message != null) {
      bytes -= message.body().readableBytes();
    }
    return message;
  }

  /** Puts a message back that {@link #poll} gave. */
  void putBack(Message message) {
    messages.addFirst(message);
    bytes += message.body().readableBytes();
  }

  /** The type of the next message, or 0. */
  byte peekType() {
    Message next = messages.peek();
    return next == null ? NOTHING : next.type();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  boolean full() {
    return messages.size() > MAX_MESSAGES || bytes > MAX_BYTES;
  }

  void clear() {
    messages.forEach(m -> m.body().release());
    messages.clear();
    bytes = 0;
  }
}
