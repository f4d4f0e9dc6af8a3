package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.RelayingReply;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A connection on which one fragment runs, over the rows of temporary relations that are filled
 * there first.
 *
 * <p>It is not the client's transaction: PREPARE TRANSACTION refuses one that has touched a
 * temporary table. It always ends by ROLLBACK.
 *
 * <pre>
 *   state    | event                 | next     | effect
 *   ---------+-----------------------+----------+----------------------------------------
 *   IDLE     | open                  | BUSY     | settings; BEGIN and the relations
 *   BUSY     | ReadyForQuery         | IDLE     | says so
 *   IDLE     | copyIn                | COPYING  | COPY FROM STDIN; says so when it takes rows
 *   COPYING  | copyDone              | BUSY     | CopyDone
 *   IDLE     | run                   | BUSY     | the fragment
 *   IDLE     | end                   | ENDING   | ROLLBACK
 *   BUSY     | end, abort            | BUSY     | ROLLBACK follows at ReadyForQuery; abort: cancels
 *   COPYING  | end, abort            | BUSY     | CopyFail; ROLLBACK follows
 *   ENDING   | ReadyForQuery         | ENDED    | back to the pool; says so
 *   any      | the link is lost      | ENDED    | says so
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Worker {
  private enum State {
    BUSY,
    IDLE,
    COPYING,
    ENDING,
    ENDED
  }

  /** Told what becomes of it. */
  interface Listener {
    void failed(Worker worker, ErrorFields error);

    /** It takes rows again. */
    void writable();

    /** Its connection has gone back. */
    void ended();
  }

  private final Call call;
  private final Backend backend;
  private final Listener listener;
  private final List<SmallRelation> small = new ArrayList<>();
  private State state = State.IDLE;
  private boolean ending;
  private boolean failed;
  private boolean leftOff;

  Worker(Call call, Backend backend, Listener listener) {
    this.call = call;
    this.backend = backend;
    this.listener = listener;
    backend.link().setListener(new Backpressure());
    call.transaction().waits().helpedBy(backend);
  }

  int node() {
    return backend.node();
  }

  Backend backend() {
    return backend;
  }

  /** What its connection has of the session's. */
  SettingsState settings() {
    return call.settings();
  }

  /**
   * Begins its transaction by these statements. If the server may refuse the settings, they wait:
   * they would else run as somebody else.
   */
  void open(String statements, Runnable opened) {
    if (backend.hasSettings(call.settings())) {
      quietly(statements, opened);
      return;
    }
    if (!call.settings().mayBeRefused()) {
      backend.applySettings(call.settings());
      quietly(statements, opened);
      return;
    }
    state = State.BUSY;
    backend.applySettings(
        call.settings(), reply -> idle(reply.failure(), () -> quietly(statements, opened)));
    backend.link().flush();
  }

  /** Runs statements of Drover's own. */
  void quietly(String statements, Runnable then) {
    state = State.BUSY;
    backend.query(statements, new QuietReply(reply -> idle(reply.failure(), then)));
    backend.link().flush();
  }

  /** What was under way has ended; {@code then} goes on if that was well. */
  private void idle(Optional<ErrorFields> error, Runnable then) {
    boolean open = backend.link().isOpen();
    state = open ? State.IDLE : State.ENDED;
    if (error.isPresent()) {
      failed = true;
      listener.failed(this, error.get().without(ErrorFields.POSITION));
    }
    if (!open) {
      release();
    } else if (ending) {
      rollback();
    } else if (!failed) {
      then.run();
    }
  }

  /** Rows follow by {@link #rows}, once it is ready for them. */
  void copyIn(String sql, Runnable ready, Runnable loaded) {
    state = State.BUSY;
    backend.query(sql, new LoadReply(ready, loaded));
    backend.link().flush();
  }

  /** Has the rows written into the stream, as one message; the caller flushes. */
  void rows(Consumer<ByteBuf> writer) {
    if (state != State.COPYING) {
      return;
    }
    ByteBuf out = backend.link().out();
    int length = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    writer.accept(out);
    out.setInt(length, out.writerIndex() - length);
  }

  void flush() {
    backend.link().flush();
  }

  boolean writable() {
    return state != State.COPYING || backend.link().writable();
  }

  void copyDone() {
    if (state == State.COPYING) {
      state = State.BUSY;
      FrontendEncoder.copyDone(backend.link().out());
      backend.link().flush();
    }
  }

  /** A relation that the fragment gets with its text. */
  void take(SmallRelation relation) {
    small.add(relation);
  }

  /** Runs the fragment; {@code then} goes on when it has ended well. */
  void run(Rendering rendering, ServerCommand.Bound bound, Reply reply, Runnable then) {
    if (small.isEmpty()) {
      send(rendering, bound, reply, then);
      return;
    }
    List<byte[]> arrays = small.stream().flatMap(r -> r.arrays().stream()).toList();
    SqlText text = SmallRelation.with(bound.sql(), small, rendering.firstAdded());
    send(
        rendering.with(arrays),
        new ServerCommand.Bound(text, 0, bound.resultFormats(), bound.maxRows(), bound.portal()),
        reply,
        then);
  }

  private void send(Rendering rendering, ServerCommand.Bound bound, Reply reply, Runnable then) {
    state = State.BUSY;
    Reply placed = new PlacedReply(new RunReply(reply, then), rendering, bound.sql());
    if (call.simple() && bound.resultFormats().isEmpty() && small.isEmpty()) {
      ServerCommand.query(backend, bound.sql(), rendering, placed);
    } else {
      ServerCommand.execute(backend, call, bound, rendering, placed);
    }
    backend.link().flush();
  }

  void pause() {
    backend.link().pause();
  }

  void resume() {
    backend.link().resume();
  }

  boolean isEnded() {
    return state == State.ENDED;
  }

  /** Its work is done. */
  void end() {
    if (ending || state == State.ENDED) {
      return;
    }
    ending = true;
    switch (state) {
      case IDLE -> rollback();
      case COPYING -> {
        state = State.BUSY;
        FrontendEncoder.copyFail(backend.link().out(), "the source failed");
        backend.link().flush();
      }
      case BUSY, ENDING, ENDED -> {}
    }
  }

  /** No more rows of the fragment are wanted, and it has ended well with those that came. */
  void leaveOff() {
    if (state == State.BUSY && !leftOff) {
      leftOff = true;
      backend.cancel();
      backend.link().resume();
    }
  }

  /** Its work is of no use any more. */
  void abort() {
    if (state == State.BUSY) {
      backend.cancel();
    }
    backend.link().resume();
    end();
  }

  /** The client is gone: nobody waits for it. */
  void abandon() {
    if (state != State.ENDED) {
      backend.cancelAndClose();
      backend.link().resume();
      end();
    }
  }

  private void rollback() {
    state = State.ENDING;
    backend.query(
        "ROLLBACK",
        new QuietReply(
            reply -> {
              state = State.ENDED;
              release();
            }));
    backend.link().flush();
  }

  private void release() {
    backend.link().setListener(LinkListener.NONE);
    call.transaction().waits().helpedNoMoreBy(backend);
    call.services().pool().release(backend);
    listener.ended();
  }

  /** Those who fill it wait while it does not keep up. */
  private final class Backpressure implements LinkListener {
    @Override
    public void message(byte type, ByteBuf body) {}

    @Override
    public void writable(boolean writable) {
      if (writable) {
        listener.writable();
      }
    }
  }

  /** COPY into a relation. */
  private final class LoadReply implements Reply {
    private final Runnable ready;
    private final Runnable loaded;
    private Optional<ErrorFields> error = Optional.empty();

    LoadReply(Runnable ready, Runnable loaded) {
      this.ready = ready;
      this.loaded = loaded;
    }

    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.COPY_IN) {
        copying();
      } else if (type == MessageType.Backend.ERROR) {
        state = State.BUSY;
        error = error.or(() -> Optional.of(ErrorFields.decode(body)));
        failed = true;
        listener.failed(Worker.this, error.get().without(ErrorFields.POSITION));
      }
    }

    private void copying() {
      state = State.COPYING;
      if (ending) {
        ending = false;
        end();
      } else {
        ready.run();
      }
    }

    @Override
    public void ready(char status) {
      idle(Optional.empty(), loaded);
    }

    @Override
    public void broken(SqlError why) {
      idle(Optional.of(ErrorFields.of(why, Severity.ERROR)), loaded);
    }
  }

  /** The fragment itself. */
  private final class RunReply implements RelayingReply {
    private final Reply reply;
    private final Runnable then;

    RunReply(Reply reply, Runnable then) {
      this.reply = reply;
      this.then = then;
    }

    @Override
    public Reply next() {
      return reply;
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.ERROR -> error(ErrorFields.decode(body));
        case MessageType.Backend.NOTICE ->
            call.output()
                .notice(StatementError.notice(call, ErrorFields.decode(body), backend.node()));
        default -> reply.message(type, body);
      }
    }

    private void error(ErrorFields fields) {
      if (!leftOff) {
        failed = true;
        listener.failed(Worker.this, StatementError.of(call, fields, backend.node()));
      }
    }

    @Override
    public void ready(char status) {
      idle(Optional.empty(), then);
    }

    @Override
    public void broken(SqlError why) {
      idle(Optional.of(ErrorFields.of(why, Severity.ERROR)), then);
    }
  }
}
