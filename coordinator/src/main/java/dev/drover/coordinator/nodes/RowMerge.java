package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.planner.plan.Combine.Merge;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Merges the rows of streams that are sorted, by hidden trailing columns in binary format.
 *
 * <p>A stream that runs ahead is paused, so what is held is bounded by the streams' number and not
 * by the size of the result.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class RowMerge {
  /** A stream with more bytes than that waiting is paused. */
  private static final int HIGH_WATER = 256 * 1024;

  private static final int LOW_WATER = 64 * 1024;

  /** Where the rows come from, by the streams' indexes. */
  public interface Streams {
    void pauseStream(int index);

    void resumeStream(int index);

    /** The merge cannot go on without a row of this one. */
    default void starved(int index) {}
  }

  /** What one stream has sent and the merge has not taken. */
  private static final class Stream {
    final Deque<ByteBuf> runs = new ArrayDeque<>();
    SortedRow head;
    int bytes;
    boolean paused;
    boolean ended;
  }

  private final Merge merge;
  private final ResultOutput output;
  private final RowWindow window;
  private final Streams flow;
  private final Stream[] streams;

  public RowMerge(int count, Merge merge, Call call, Streams flow) {
    this.merge = merge;
    this.output = call.output();
    this.window = RowWindow.of(merge.window(), call);
    this.flow = flow;
    this.streams = new Stream[count];
    Arrays.setAll(streams, i -> new Stream());
  }

  /** The formats of all columns: those that the client asks for, then the keys. */
  public static int[] formats(Call call, Merge merge) {
    int visible = call.cached().facts().columns().size();
    int[] formats = new int[visible + merge.keys().size()];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = i >= visible ? 1 : visible(call, i);
    }
    return formats;
  }

  private static int visible(Call call, int column) {
    return call.resultFormats()
        .map(of -> of.length == 1 ? of[0] : of[column])
        .or(() -> call.bind().map(b -> b.resultFormat(column)))
        .orElse(0);
  }

  /** Whole frames; ownership moves here. */
  public void add(int index, ByteBuf run) {
    Stream stream = streams[index];
    stream.runs.add(run);
    stream.bytes += run.readableBytes();
    if (stream.bytes > HIGH_WATER && !stream.paused) {
      stream.paused = true;
      flow.pauseStream(index);
    }
  }

  public void ended(int index) {
    streams[index].ended = true;
  }

  /** Passes on rows for as long as every open stream has one to compare and they are wanted. */
  public void advance() {
    while (output.writable() && output.wantsMore()) {
      int least = least();
      if (least < 0) {
        return;
      }
      pass(least);
    }
  }

  /** All streams have ended; what is left waits only for the client. */
  public void drain() {
    for (int least = least(); least >= 0; least = least()) {
      pass(least);
    }
  }

  private void pass(int least) {
    if (window.take()) {
      streams[least].head.writeVisible(output.rowBuffer());
    }
    consume(least);
  }

  /** How many rows have been passed on. */
  public long passed() {
    return window.passed();
  }

  /** No further row will be passed on. */
  public boolean exhausted() {
    return window.exhausted();
  }

  /** The stream with the least head; -1 when one that is still open has none, or all are empty. */
  private int least() {
    int least = -1;
    for (int i = 0; i < streams.length; i++) {
      Stream stream = streams[i];
      if (stream.head == null && !stream.runs.isEmpty()) {
        stream.head = SortedRow.at(stream.runs.peek(), merge.keys().size());
      }
      if (stream.head == null) {
        if (!stream.ended) {
          flow.starved(i);
          return -1;
        }
        continue;
      }
      if (least < 0 || stream.head.compareTo(streams[least].head, merge.keys()) < 0) {
        least = i;
      }
    }
    return least;
  }

  private void consume(int index) {
    Stream stream = streams[index];
    ByteBuf run = stream.runs.peek();
    int length = stream.head.frameLength();
    run.skipBytes(length);
    stream.bytes -= length;
    stream.head = null;
    if (!run.isReadable()) {
      stream.runs.poll().release();
    }
    if (stream.paused && stream.bytes < LOW_WATER) {
      stream.paused = false;
      flow.resumeStream(index);
    }
  }

  /** What is held is of no use. */
  public void release() {
    for (Stream stream : streams) {
      stream.head = null;
      stream.runs.forEach(ByteBuf::release);
      stream.runs.clear();
    }
  }
}
