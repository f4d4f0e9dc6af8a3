package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine.Window;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Results of several nodes one after another in the order in which they arrive; row counts of the
 * command tags are added up.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class ConcatenateOperator implements Operator, NodeFan.Work {
  private final Call call;
  private final NodeTask task;
  private final NodeFan fan;
  private final RowWindow window;
  private final boolean writes;
  private String verb = "";
  private long rows;
  private boolean described;

  public ConcatenateOperator(Call call, NodeTask task, Window window, boolean writes) {
    this.call = call;
    this.task = task;
    this.window = RowWindow.of(window, call);
    this.writes = writes;
    this.fan = new NodeFan(call, task.nodes(), this);
  }

  @Override
  public void start() {
    boolean unlimited = call.request().maxRows() == 0;
    call.openScope(unlimited && !writes, task.nodes().size());
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    if (writes) {
      participant.markWrote();
    }
    task.send(index, participant, reply);
  }

  @Override
  public boolean writes() {
    return writes;
  }

  @Override
  public Optional<NodeTask> atMoment() {
    return writes
        ? task.sql().changedAtMoment().map(_ -> task.saysWhenItBegins())
        : Optional.of(task);
  }

  @Override
  public void bound() {
    if (!writes) {
      describe();
    }
    call.output().bound();
  }

  @Override
  public void rows(int index, ByteBuf run) {
    describe();
    window.pass(run, call.output());
    if (!call.output().writable()) {
      fan.pauseAll();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      fan.resumeAll();
      fan.moreIfWanted();
    }
  }

  @Override
  public void rested(int index) {
    fan.moreIfWanted();
  }

  @Override
  public boolean rests() {
    return true;
  }

  @Override
  public void closeSuspended() {
    fan.closeResting();
  }

  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type == Backend.ROW_DESCRIPTION && !writes) {
      describe();
    }
  }

  /** What changes rows has its result when it has changed them all, or else an error. */
  private void describe() {
    if (!described && call.simple()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
  }

  @Override
  public void cancel() {
    fan.cancel();
  }

  @Override
  public void tag(int index, String text) {
    CommandTag tag = CommandTag.parse(text);
    verb = tag.verb();
    rows += tag.rows().orElse(0);
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    if (error.isPresent()) {
      call.transaction().fail();
      call.closeBareScope();
      call.failed(error.get());
      return;
    }
    if (call.cached().returnsRows()) {
      describe();
    }
    call.closeBareScope();
    long count = window.unbounded() ? rows : window.passed();
    call.completed(CommandTag.of(verb, count).format());
  }
}
