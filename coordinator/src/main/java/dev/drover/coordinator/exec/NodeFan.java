package dev.drover.coordinator.exec;

import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One statement to several nodes at once: joins them all before anything is sent, hands on what
 * they answer, cancels the rest when one fails, and ends when none has anything outstanding.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class NodeFan {
  /** What is sent, and what becomes of the answers. */
  interface Work {
    /** Appends the statement for one node; the fan flushes. */
    void send(int index, Participant participant, Reply reply);

    /** Whole frames; ownership moves to the callee. */
    void rows(int index, ByteBuf run);

    /** Any other message of interest to a result: T G H c s. */
    default void message(int index, byte type, ByteBuf body) {}

    default void tag(int index, String tag) {}

    /** This node has answered its statement. */
    default void nodeDone(int index) {}

    default void burstEnd() {}

    /** No node has anything outstanding. */
    void finished(Optional<ErrorFields> error);
  }

  private final Call call;
  private final List<Integer> nodes;
  private final Work work;
  private final List<Participant> participants = new ArrayList<>();
  private final List<Boolean> done = new ArrayList<>();
  private Optional<ErrorFields> error = Optional.empty();
  private int open;

  NodeFan(Call call, List<Integer> nodes, Work work) {
    this.call = call;
    this.nodes = List.copyOf(nodes);
    this.work = work;
  }

  void start() {
    joinNext();
  }

  private void joinNext() {
    if (participants.size() == nodes.size()) {
      sendAll();
      return;
    }
    call.transaction()
        .join(
            nodes.get(participants.size()),
            new Transaction.Joining() {
              @Override
              public void joined(Participant participant) {
                participants.add(participant);
                joinNext();
              }

              @Override
              public void refused(SqlError why) {
                flushJoined();
                work.finished(Optional.of(ErrorFields.of(why, Severity.ERROR)));
              }
            });
  }

  /** What the joined ones were sent on joining goes out, so that their connections stay in step. */
  private void flushJoined() {
    participants.forEach(p -> p.backend().link().flush());
  }

  private void sendAll() {
    open = participants.size();
    for (int i = 0; i < participants.size(); i++) {
      done.add(false);
    }
    for (int i = 0; i < participants.size(); i++) {
      work.send(i, participants.get(i), new NodeReply(i));
      participants.get(i).backend().link().flush();
    }
  }

  int node(int index) {
    return nodes.get(index);
  }

  void pause(int index) {
    participants.get(index).backend().link().pause();
  }

  void resume(int index) {
    participants.get(index).backend().link().resume();
  }

  void resumeAll() {
    participants.forEach(p -> p.backend().link().resume());
  }

  void pauseAll() {
    participants.forEach(p -> p.backend().link().pause());
  }

  /** Ends what still runs; used when no more rows are wanted or an error makes them useless. */
  void cancelRest() {
    for (int i = 0; i < done.size(); i++) {
      if (!done.get(i)) {
        participants.get(i).backend().link().resume();
        participants.get(i).backend().cancel();
      }
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
      work.finished(error);
    }
  }

  /** One node's answer. */
  private final class NodeReply implements Reply {
    private final int index;

    NodeReply(int index) {
      this.index = index;
    }

    @Override
    public void rows(ByteBuf run) {
      if (error.isPresent()) {
        run.release();
        return;
      }
      work.rows(index, run);
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case Backend.COMMAND_COMPLETE ->
            work.tag(
                index,
                body.toString(
                    body.readerIndex(), body.readableBytes() - 1, StandardCharsets.UTF_8));
        case Backend.ERROR -> serverError(ErrorFields.decode(body));
        case Backend.NOTICE ->
            call.output()
                .notice(StatementError.notice(call, ErrorFields.decode(body), node(index)));
        default -> work.message(index, type, body);
      }
    }

    private void serverError(ErrorFields fields) {
      if (error.isEmpty()) {
        done.set(index, true);
        fail(StatementError.of(call, fields, node(index)));
      }
    }

    @Override
    public void ready(char status) {
      nodeEnded(index);
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
