package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * One statement to several nodes at once: joins them all before anything is sent, hands on what
 * they answer, cancels the rest when one fails, and ends when none has anything outstanding.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class NodeFan {
  /** What is sent, and what becomes of the answers. */
  public interface Work {
    /** Appends the statement for one node; the fan flushes. */
    void send(int index, Participant participant, Reply reply);

    /** Whole frames; ownership moves to the callee. */
    void rows(int index, ByteBuf run);

    /** What is to see all nodes as of one moment; the task is then sent by the fan. */
    default Optional<NodeTask> atMoment() {
      return Optional.empty();
    }

    /** True when a node may commit by itself what is sent to it. */
    default boolean writes() {
      return false;
    }

    /** False when simple queries are sent whatever protocol the client speaks. */
    default boolean binds() {
      return true;
    }

    /** All nodes have taken the statement and its parameters; rows come only after that. */
    default void bound() {}

    /** Any other message of interest to a result: T G H c s. */
    default void message(int index, byte type, ByteBuf body) {}

    default void tag(int index, String tag) {}

    /** This node has answered its statement. */
    default void nodeDone(int index) {}

    default void burstEnd() {}

    /** This node is at rest at the row limit until {@link #more}. */
    default void rested(int index) {
      throw new IllegalStateException("a row limit was not asked for");
    }

    /** No node has anything outstanding. */
    void finished(Optional<ErrorFields> error);
  }

  private final Call call;
  private final List<Integer> nodes;
  private final Work work;
  private List<Participant> participants = List.of();
  private final List<Boolean> done = new ArrayList<>();
  private FanBinding binding;
  private Optional<FanMoment> moment = Optional.empty();
  private final RestingNodes resting;
  private final BitSet unsent = new BitSet();
  private Optional<ErrorFields> error = Optional.empty();
  private int open;

  public NodeFan(Call call, List<Integer> nodes, Work work) {
    this.call = call;
    this.nodes = List.copyOf(nodes);
    this.work = work;
    this.binding = new FanBinding(this, work, nodes.size(), work.binds() && !call.simple());
    this.resting = new RestingNodes(call);
  }

  public void start() {
    new NodeJoin(call.transaction(), nodes, new JoinListener()).start();
  }

  private final class JoinListener implements NodeJoin.Listener {
    @Override
    public void joined(List<Participant> all) {
      participants = all;
      sendAll();
    }

    @Override
    public void refused(SqlError why) {
      work.finished(Optional.of(ErrorFields.of(why, Severity.ERROR)));
    }
  }

  private void sendAll() {
    open = participants.size();
    for (int i = 0; i < participants.size(); i++) {
      done.add(false);
    }
    Optional<NodeTask> atMoment = open > 1 ? work.atMoment() : Optional.empty();
    if (atMoment.isPresent() && call.transaction().view().isPerStatement()) {
      sendAtMoment(atMoment.get());
    } else if (work.writes()) {
      call.transaction().sendWrite(this::sendNow);
    } else {
      sendNow();
    }
  }

  private void sendAtMoment(NodeTask task) {
    binding = new FanBinding(this, work, nodes.size(), true);
    unsent.set(0, participants.size());
    MomentHost host = new MomentHost(task);
    FanMoment one =
        task.atMoment()
            ? new BeginningMoment(call, participants, task.sql().changedAtMoment(), host)
            : new ReadingMoment(call, participants.size(), host);
    moment = Optional.of(one);
    one.start();
  }

  /** The client cancels what waits for a moment; what runs is cancelled on the servers. */
  public void cancel() {
    moment.ifPresent(FanMoment::cancel);
  }

  private final class MomentHost implements FanMoment.Host {
    private final NodeTask task;

    MomentHost(NodeTask task) {
      this.task = task;
    }

    @Override
    public BoundQuery bind(int index) {
      unsent.clear(index);
      BoundQuery query = task.bind(participants.get(index), new NodeReply(index));
      query.flush();
      return query;
    }

    @Override
    public void running() {
      binding.holdRows();
    }

    @Override
    public void found() {
      binding.release();
      endIfAllHave();
    }

    @Override
    public void failed(ErrorFields why) {
      boolean running = open > 0;
      fail(why);
      if (!running) {
        endIfAllHave();
      }
    }
  }

  private void sendNow() {
    unsent.set(0, participants.size());
    if (goesInOrder()) {
      send(0);
    } else {
      sendUnsent();
    }
  }

  /** Rows of the first node would have to wait until the others have bound. */
  private boolean goesInOrder() {
    boolean mayWait = work.writes() && open > 1 && !call.cached().returnsRows();
    return mayWait && call.services().writeOrder().firstNodeFirst();
  }

  private void sendUnsent() {
    for (int i = unsent.nextSetBit(0); i >= 0; i = unsent.nextSetBit(i + 1)) {
      send(i);
    }
  }

  private void send(int index) {
    unsent.clear(index);
    work.send(index, participants.get(index), new NodeReply(index));
    link(index).flush();
  }

  public int node(int index) {
    return nodes.get(index);
  }

  private BackendLink link(int index) {
    return participants.get(index).backend().link();
  }

  void pause(int index) {
    link(index).pause();
  }

  void resume(int index) {
    link(index).resume();
  }

  public void resumeAll() {
    participants.forEach(p -> p.backend().link().resume());
  }

  public void pauseAll() {
    participants.forEach(p -> p.backend().link().pause());
  }

  /** When every node that has not ended is at rest and the client has enough, the portal is too. */
  void suspendIfIdle() {
    if (open > 0 && resting.count() == open && !call.output().wantsMore()) {
      call.suspended();
    }
  }

  boolean isResting(int index) {
    return resting.has(index);
  }

  /** Asks a node at rest for as many rows again. */
  void more(int index) {
    resting.ask(index, link(index), new NodeReply(index));
  }

  /** Asks all nodes at rest, if the client takes more now. */
  public void moreIfWanted() {
    if (call.output().writable() && call.output().wantsMore()) {
      resting.all().forEach(this::more);
    }
  }

  /** Nobody wants more of the nodes at rest. */
  public void closeResting() {
    resting.takeAll().forEach(index -> resting.close(link(index)));
  }

  /** Ends what still runs; used when no more rows are wanted or an error makes them useless. */
  void cancelRest() {
    resting.takeAll().forEach(this::nodeEnded);
    moment.ifPresent(FanMoment::giveUp);
    leaveUnsent();
    for (int i = 0; i < done.size(); i++) {
      if (!done.get(i)) {
        participants.get(i).backend().link().resume();
        participants.get(i).backend().cancel();
      }
    }
  }

  private void leaveUnsent() {
    int[] left = unsent.stream().toArray();
    unsent.clear();
    for (int index : left) {
      nodeEnded(index);
    }
  }

  /** Records an error that the coordinator itself found. */
  void fail(ErrorFields why) {
    if (error.isEmpty()) {
      error = Optional.of(why);
      cancelRest();
    }
  }

  private void nodeEnded(int index) {
    done.set(index, true);
    open--;
    work.nodeDone(index);
    if (open == 0) {
      endIfAllHave();
    } else {
      sendUnsent();
      suspendIfIdle();
    }
  }

  /** Nodes that have done their work wait to be told that they began it at one moment. */
  private void endIfAllHave() {
    if (open == 0 && moment.map(FanMoment::isDecided).orElse(true)) {
      binding.end();
      moment.ifPresent(FanMoment::ended);
      noteDeadlock();
      work.finished(error);
    }
  }

  private void noteDeadlock() {
    String deadlock = SqlState.DEADLOCK_DETECTED.code();
    boolean met = error.map(e -> e.sqlState().equals(deadlock)).orElse(false);
    if (met && work.writes() && nodes.size() > 1) {
      call.services().writeOrder().deadlockMet();
    }
  }

  /** One node's answer. */
  private final class NodeReply implements Reply {
    private final int index;
    private boolean suspended;

    NodeReply(int index) {
      this.index = index;
    }

    @Override
    public void rows(ByteBuf run) {
      if (error.isPresent()) {
        run.release();
        return;
      }
      if (binding.complete()) {
        work.rows(index, run);
      } else {
        binding.hold(index, run);
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case Backend.COMMAND_COMPLETE -> {
          work.tag(index, CommandTag.text(body));
          moment.ifPresent(one -> one.begun(index));
        }
        case Backend.PORTAL_SUSPENDED -> suspended = true;
        case Backend.BIND_COMPLETE ->
            moment.ifPresentOrElse(FanMoment::bound, () -> binding.bound(index));
        case Backend.ERROR -> serverError(ErrorFields.decode(body));
        case Backend.NOTICE -> notice(ErrorFields.decode(body));
        default -> work.message(index, type, body);
      }
    }

    private void notice(ErrorFields fields) {
      if (fields.sqlState().equals(FanMoment.BEGUN)) {
        moment.ifPresent(one -> one.begun(index));
      } else {
        call.output().notice(StatementError.notice(call, fields, node(index)));
      }
    }

    private void serverError(ErrorFields fields) {
      boolean first = error.isEmpty();
      if (first || binding.outranks(index, fields)) {
        binding.failed(index);
        error = Optional.of(StatementError.of(call, fields, node(index)));
      }
      if (first) {
        done.set(index, true);
        cancelRest();
      }
    }

    @Override
    public void ready(char status) {
      if (suspended && error.isEmpty()) {
        resting.add(index);
        work.rested(index);
        suspendIfIdle();
      } else {
        nodeEnded(index);
      }
    }

    @Override
    public void broken(SqlError why) {
      fail(ErrorFields.of(why, Severity.ERROR));
      nodeEnded(index);
    }

    @Override
    public void burstEnd() {
      work.burstEnd();
    }
  }
}
