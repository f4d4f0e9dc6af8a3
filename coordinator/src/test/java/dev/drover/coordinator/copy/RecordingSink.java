package dev.drover.coordinator.copy;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sink that keeps what it gets and checks the order of calls. */
final class RecordingSink implements CopySink {
  private static final int HEAD_BYTES = 5;

  /** A COPY with its payload. */
  record Copy(int node, int slot, ByteArrayOutputStream stream) {
    byte[] payload() {
      return stream.toByteArray();
    }
  }

  private final List<Copy> copies = new ArrayList<>();
  private final Map<Integer, Copy> open = new HashMap<>();
  private final Map<Integer, ByteArrayOutputStream> unparsed = new HashMap<>();
  private final Set<Integer> busy = new HashSet<>();
  private long messageCount;

  void setBusy(int node, boolean isBusy) {
    if (isBusy) {
      busy.add(node);
    } else {
      busy.remove(node);
    }
  }

  List<Copy> copies() {
    return copies;
  }

  List<Copy> copies(int node) {
    return copies.stream().filter(copy -> copy.node() == node).toList();
  }

  boolean isAnyOpen() {
    return !open.isEmpty();
  }

  long messageCount() {
    return messageCount;
  }

  @Override
  public boolean ready(int node) {
    return !busy.contains(node);
  }

  @Override
  public void open(int node, int slot) {
    Copy copy = new Copy(node, slot, new ByteArrayOutputStream());
    if (open.put(node, copy) != null) {
      throw new IllegalStateException("a COPY is open at node " + node);
    }
    copies.add(copy);
    unparsed.put(node, new ByteArrayOutputStream());
  }

  @Override
  public void data(int node, ByteBuf messages) {
    if (!open.containsKey(node)) {
      throw new IllegalStateException("no COPY is open at node " + node);
    }
    byte[] bytes = new byte[messages.readableBytes()];
    messages.readBytes(bytes);
    messages.release();
    unparsed.get(node).writeBytes(bytes);
  }

  @Override
  public void close(int node) {
    Copy copy = open.remove(node);
    byte[] bytes = unparsed.remove(node).toByteArray();
    int at = 0;
    while (at < bytes.length) {
      if (bytes[at] != 'd') {
        throw new IllegalStateException("not a CopyData message at " + at);
      }
      int length = ByteBuffer.wrap(bytes).getInt(at + 1) - Integer.BYTES;
      copy.stream().write(bytes, at + HEAD_BYTES, length);
      at += HEAD_BYTES + length;
      messageCount++;
    }
  }
}
