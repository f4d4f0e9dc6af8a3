package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine.Merge;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;

/**
 * Merge of results that each node has sorted.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class MergeOperator implements Operator, NodeFan.Work, RowMerge.Streams {
  private final Call call;
  private final NodeTask task;
  private final NodeFan fan;
  private final RowMerge merge;
  private boolean described;

  public MergeOperator(Call call, List<Integer> nodes, SqlText sql, Merge merge) {
    this.call = call;
    this.task = new NodeTask(call, nodes, sql, Optional.of(RowMerge.formats(call, merge)), true);
    this.fan = new NodeFan(call, nodes, this);
    this.merge = new RowMerge(nodes.size(), merge, call, this);
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
  public Optional<NodeTask> atMoment() {
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
    merge.add(index, run);
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
    merge.ended(index);
    advance();
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      goOn();
    }
  }

  private void advance() {
    describe();
    merge.advance();
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
    merge.release();
    fan.closeResting();
  }

  private void describe() {
    if (!described && call.simple()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
  }

  @Override
  public void pauseStream(int index) {
    fan.pause(index);
  }

  @Override
  public void resumeStream(int index) {
    fan.resume(index);
  }

  /** A node that has come to rest at the row limit has more. */
  @Override
  public void starved(int index) {
    if (fan.isResting(index)) {
      fan.more(index);
    }
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    if (error.isPresent()) {
      merge.release();
      call.transaction().fail();
      call.closeBareScope();
      call.failed(error.get());
      return;
    }
    describe();
    merge.drain();
    call.closeBareScope();
    call.completed(CommandTag.of("SELECT", merge.passed()).format());
  }
}
