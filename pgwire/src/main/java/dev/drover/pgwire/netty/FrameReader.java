package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Walks over read buffers from frame to frame and hands them to a {@link Sink}.
 *
 * <p>Whole frames are never copied: messages are shown in place, runs of frames that only pass
 * through leave as one slice. Of a frame that straddles two buffers its bytes, and only its, are
 * gathered in a buffer of their own, which grows with what has arrived, not with what was
 * announced. A long frame that only passes through leaves in pieces if the sink wants that.
 *
 * <p>Threads: confined to the channel's loop; the sink may pause, resume and close from its calls.
 */
final class FrameReader {
  /** A frame longer than this may leave in pieces. */
  static final int MAX_WHOLE_FRAME_BYTES = 1 << 20;

  private static final int MAX_INITIAL_PARTIAL_BYTES = 64 << 10;
  private static final int MIN_PARTIAL_BYTES = 64;

  private final ByteBufAllocator allocator;
  private final Sink sink;
  private final Queue<ByteBuf> waiting = new ArrayDeque<>(2);
  private ByteBuf current;
  private ByteBuf partial;
  private int streamRemaining;
  private boolean delivering;
  private boolean closed;

  FrameReader(ByteBufAllocator allocator, Sink sink) {
    this.allocator = requireNonNull(allocator);
    this.sink = requireNonNull(sink);
  }

  /** Where frames go, and what is known of them. */
  interface Sink {
    /** False while packets come without a type byte; those are handed over as type 0. */
    boolean isTyped();

    /** The longest body of this type; raises 08P01 for a type that has no place here. */
    int maxBodyBytes(byte type);

    /** Whether frames of this type only pass through. */
    boolean passesThrough(byte type);

    /** Whether long frames that pass through may come in pieces. */
    boolean takesPieces();

    boolean isPaused();

    /** A run of whole frames, or a piece of one; the callee owns the buffer. */
    void run(ByteBuf run);

    /** One message; the body is valid only during the call. */
    void message(byte type, ByteBuf body);
  }

  /** Takes a read buffer and with it its ownership. */
  void add(ByteBuf in) {
    if (closed) {
      in.release();
    } else if (current == null) {
      current = in;
    } else {
      waiting.add(in);
    }
  }

  /** Hands over what is there until the sink pauses; raises 08P01 for what is no frame. */
  void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (!closed && !sink.isPaused() && hasInput()) {
        step();
      }
    } finally {
      delivering = false;
      if (closed) {
        releaseAll();
      }
    }
  }

  boolean isDelivering() {
    return delivering;
  }

  /** Whether bytes wait that could be handed over now or be part of a frame to come. */
  boolean hasInput() {
    while (current != null && !current.isReadable()) {
      current.release();
      current = waiting.poll();
    }
    return current != null;
  }

  /** Whether a frame has been handed over in part. */
  boolean isInsideFrame() {
    return streamRemaining > 0;
  }

  /** Drops everything, at the latest when the call of the sink in progress ends. */
  void close() {
    closed = true;
    if (!delivering) {
      releaseAll();
    }
  }

  private void step() {
    if (streamRemaining > 0) {
      stream();
    } else if (partial != null) {
      complete();
    } else {
      walk();
    }
  }

  /** At the start of a frame in the current buffer. */
  private void walk() {
    int header = headerBytes();
    if (current.readableBytes() < header) {
      stash(header);
      return;
    }
    int start = current.readerIndex();
    byte type = typeAt(current, start);
    int frame = header + bodyBytes(current, start, type);
    if (current.readableBytes() < frame) {
      if (leavesInPieces(type, frame)) {
        streamRemaining = frame;
      } else {
        stash(frame);
      }
      return;
    }
    if (sink.passesThrough(type)) {
      int end = endOfRun(start + frame);
      ByteBuf run = current.retainedSlice(start, end - start);
      current.readerIndex(end);
      sink.run(run);
      return;
    }
    show(current, type, header, frame);
  }

  /** The end of the last whole frame that passes through, from the end of the first. */
  private int endOfRun(int firstEnd) {
    int limit = current.writerIndex();
    int end = firstEnd;
    while (limit - end >= Protocol.HEADER_BYTES) {
      byte type = current.getByte(end);
      if (!sink.passesThrough(type)) {
        return end;
      }
      int frame = Protocol.HEADER_BYTES + bodyBytes(current, end, type);
      if (limit - end < frame) {
        return end;
      }
      end += frame;
    }
    return end;
  }

  /** Shows a body in place, by the buffer's own indexes. */
  private void show(ByteBuf buffer, byte type, int header, int frame) {
    int start = buffer.readerIndex();
    int writerIndex = buffer.writerIndex();
    buffer.setIndex(start + header, start + frame);
    try {
      sink.message(type, buffer);
    } finally {
      buffer.setIndex(start + frame, writerIndex);
    }
  }

  /** Puts the start of a frame aside until the rest has come. */
  private void stash(int frame) {
    int have = current.readableBytes();
    int capacity = Math.max(MIN_PARTIAL_BYTES, Math.min(frame, MAX_INITIAL_PARTIAL_BYTES));
    partial = allocator.directBuffer(Math.max(capacity, have));
    partial.writeBytes(current);
  }

  /** Brings the rest of a frame that was put aside. */
  private void complete() {
    int header = headerBytes();
    if (partial.readableBytes() < header && !fill(header)) {
      return;
    }
    byte type = typeAt(partial, 0);
    int frame = header + bodyBytes(partial, 0, type);
    if (leavesInPieces(type, frame)) {
      streamRemaining = frame - partial.readableBytes();
      sink.run(takePartial());
      return;
    }
    if (!fill(frame)) {
      return;
    }
    ByteBuf whole = takePartial();
    if (sink.passesThrough(type)) {
      sink.run(whole);
      return;
    }
    try {
      show(whole, type, header, frame);
    } finally {
      whole.release();
    }
  }

  /** Moves bytes until the partial frame has so many; false if there were not enough. */
  private boolean fill(int bytes) {
    int missing = bytes - partial.readableBytes();
    int moved = Math.min(missing, current.readableBytes());
    int needed = partial.writerIndex() + moved;
    if (needed > partial.capacity()) {
      long doubled = Math.max(2L * partial.capacity(), needed);
      partial.capacity((int) Math.min(doubled, Math.max(bytes, needed)));
    }
    partial.writeBytes(current, moved);
    return moved == missing;
  }

  private ByteBuf takePartial() {
    ByteBuf taken = partial;
    partial = null;
    return taken;
  }

  private void stream() {
    int length = Math.min(streamRemaining, current.readableBytes());
    ByteBuf piece = current.readRetainedSlice(length);
    streamRemaining -= length;
    sink.run(piece);
  }

  private boolean leavesInPieces(byte type, int frame) {
    return frame > MAX_WHOLE_FRAME_BYTES && sink.passesThrough(type) && sink.takesPieces();
  }

  private int headerBytes() {
    return sink.isTyped() ? Protocol.HEADER_BYTES : Protocol.LENGTH_BYTES;
  }

  private byte typeAt(ByteBuf buffer, int index) {
    return sink.isTyped() ? buffer.getByte(index) : 0;
  }

  private int bodyBytes(ByteBuf buffer, int start, byte type) {
    int lengthIndex = start + headerBytes() - Protocol.LENGTH_BYTES;
    int length = buffer.getInt(lengthIndex);
    int maxBody = sink.maxBodyBytes(type);
    if (length < Protocol.LENGTH_BYTES || length - Protocol.LENGTH_BYTES > maxBody) {
      throw SqlError.of(
          SqlState.PROTOCOL_VIOLATION,
          sink.isTyped() ? "invalid message length" : "invalid length of startup packet");
    }
    return length - Protocol.LENGTH_BYTES;
  }

  private void releaseAll() {
    if (current != null) {
      current.release();
      current = null;
    }
    if (partial != null) {
      partial.release();
      partial = null;
    }
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }
}
