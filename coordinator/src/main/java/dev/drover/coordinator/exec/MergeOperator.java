package dev.drover.coordinator.exec;

import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine.Merge;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Merge of results that each node has sorted, by hidden trailing columns in binary format.
 *
 * <p>A node that runs ahead is paused, so what is held is bounded by the nodes' number and not by
 * the size of the result.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class MergeOperator implements Operator, NodeFan.Work {
  /** A node with more bytes than that waiting is paused. */
  private static final int HIGH_WATER = 256 * 1024;

  private static final int LOW_WATER = 64 * 1024;

  /** What one node has sent and the merge has not taken. */
  private static final class Stream {
    final Deque<ByteBuf> runs = new ArrayDeque<>();
    SortedRow head;
    int bytes;
    boolean paused;
    boolean ended;
  }

  private final Call call;
  private final NodeTask task;
  private final Merge merge;
  private final NodeFan fan;
  private final RowWindow window;
  private final Stream[] streams;
  private boolean described;

  MergeOperator(Call call, List<Integer> nodes, SqlText sql, Merge merge) {
    this.call = call;
    this.merge = merge;
    this.task = new NodeTask(call, nodes, sql, Optional.of(formats(call, merge)), true);
    this.fan = new NodeFan(call, nodes, this);
    this.window = RowWindow.of(merge.window(), call);
    this.streams = new Stream[nodes.size()];
    Arrays.setAll(streams, i -> new Stream());
  }

  private static int[] formats(Call call, Merge merge) {
    int visible = call.cached().facts().columns().size();
    int[] formats = new int[visible + merge.keys().size()];
    for (int i = 0; i < formats.length; i++) {
      int column = i;
      formats[i] = i >= visible ? 1 : call.bind().map(b -> b.resultFormat(column)).orElse(0);
    }
    return formats;
  }

  @Override
  public void start() {
    call.openScope(call.request().maxRows() == 0, task.nodes().size());
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    task.send(index, participant, reply);
  }

  @Override
  public Optional<NodeTask> reading() {
    return Optional.of(task);
  }

  @Override
  public void cancel() {
    fan.cancel();
  }

  @Override
  public void bound() {
    call.output().bound();
  }

  @Override
  public void rows(int index, ByteBuf run) {
    Stream stream = streams[index];
    stream.runs.add(run);
    stream.bytes += run.readableBytes();
    if (stream.bytes > HIGH_WATER && !stream.paused) {
      stream.paused = true;
      fan.pause(index);
    }
    advance();
  }

  /** A node's error may follow: as in PostgreSQL, the columns are announced before it. */
  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type == Backend.BIND_COMPLETE) {
      describe();
    }
  }

  @Override
  public void nodeDone(int index) {
    streams[index].ended = true;
    advance();
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      goOn();
    }
  }

  /** Passes on rows for as long as every open stream has one to compare. */
  private void advance() {
    describe();
    while (call.output().writable() && call.output().wantsMore()) {
      int least = least();
      if (least < 0) {
        return;
      }
      if (window.take()) {
        streams[least].head.writeVisible(call.output().rowBuffer());
      }
      consume(least);
    }
  }

  @Override
  public void rested(int index) {
    advance();
  }

  /** What the nodes have sent already may suffice. */
  private void goOn() {
    advance();
    fan.suspendIfIdle();
  }

  @Override
  public boolean rests() {
    return true;
  }

  @Override
  public void closeSuspended() {
    releaseRuns();
    fan.closeResting();
  }

  private void describe() {
    if (!described && call.simple()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
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
          askAgain(i);
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

  /** A node that has come to rest at the row limit has more. */
  private void askAgain(int index) {
    if (fan.isResting(index)) {
      fan.more(index);
    }
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
      fan.resume(index);
    }
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    if (error.isPresent()) {
      releaseRuns();
      call.transaction().fail();
      call.closeBareScope();
      call.failed(error.get());
      return;
    }
    drain();
  }

  /** All nodes are done; what is left waits only for the client. */
  private void drain() {
    describe();
    for (int least = least(); least >= 0; least = least()) {
      if (window.take()) {
        streams[least].head.writeVisible(call.output().rowBuffer());
      }
      consume(least);
    }
    call.closeBareScope();
    call.completed(CommandTag.of("SELECT", window.passed()).format());
  }

  private void releaseRuns() {
    for (Stream stream : streams) {
      stream.runs.forEach(ByteBuf::release);
      stream.runs.clear();
    }
  }
}
