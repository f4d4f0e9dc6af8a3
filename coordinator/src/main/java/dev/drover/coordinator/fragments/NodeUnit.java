package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.coordinator.exec.MomentBinding;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Several queries on one of the transaction's connections, bound together and run one after
 * another, in one unit of the extended protocol.
 *
 * <pre>
 *   state    | event              | next     | effect
 *   ---------+--------------------+----------+--------------------------------------
 *   -        | bind               | BINDING  | Parse, Bind each
 *   BINDING  | all are bound      | BOUND    | says so
 *   BOUND    | bindAgain          | BINDING  | Bind each, between two looks at the snapshot
 *   BINDING  | the looks differ   | BINDING  | the same again
 *   BOUND    | start of a portal  | RUNNING  | Execute
 *   RUNNING  | CommandComplete    | BOUND    | says so; after the last portal: leave
 *   any      | leave, abort       | LEAVING  | closes the portals, Sync; abort: cancels
 *   any      | an error           | LEAVING  | says so, Sync
 *   LEAVING  | ReadyForQuery      | LEFT     | says so
 *   any      | the link is lost   | LEFT     | says so
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
final class NodeUnit implements Reply, MomentBinding.Unit {
  private static final String PORTAL = "drover$x";

  private enum State {
    BINDING,
    BOUND,
    RUNNING,
    LEAVING,
    LEFT
  }

  /** Told what becomes of it. */
  interface Listener {
    void bound(NodeUnit unit);

    /** The server's error, placed in the client's text; it leaves by itself. */
    void failed(NodeUnit unit, ErrorFields error);

    void notice(NodeUnit unit, ErrorFields notice);

    /** The connection is at rest. */
    void left(NodeUnit unit);
  }

  private record Query(Rendering rendering, ServerCommand.Bound bound) {}

  private final Backend backend;
  private final Listener listener;
  private final List<Query> queries = new ArrayList<>();
  private final List<BoundQuery> portals = new ArrayList<>();
  private Optional<RowSource.Taker> taker = Optional.empty();
  private State state = State.BINDING;
  private Optional<SnapshotProbe> probe = Optional.empty();
  private int bound;
  private int current;
  private int unrun;

  NodeUnit(Backend backend, Listener listener) {
    this.backend = backend;
    this.listener = listener;
  }

  int node() {
    return backend.node();
  }

  /** One more query, before {@link #bind}; gives where its rows come from. */
  RowSource add(Rendering rendering, SqlText sql, int[] formats) {
    int number = queries.size();
    String portal = PORTAL + number;
    ServerCommand.Bound what = new ServerCommand.Bound(sql, 0, Optional.of(formats), 0, portal);
    queries.add(new Query(rendering, what));
    unrun++;
    return new PortalSource(number);
  }

  void bind() {
    ByteBuf out = backend.startUnit();
    for (Query query : queries) {
      portals.add(ServerCommand.addTo(out, backend, query.bound(), query.rendering()));
    }
    FrontendEncoder.flush(out);
    backend.expect(this);
    backend.link().flush();
  }

  @Override
  public EventLoop loop() {
    return backend.link().loop();
  }

  @Override
  public void bindAgain() {
    if (state != State.BOUND) {
      return;
    }
    state = State.BINDING;
    bindAsOne();
  }

  /** Each Bind has its own snapshot, and what the snapshots show has to be the same. */
  private void bindAsOne() {
    ByteBuf out = backend.link().out();
    if (portals.size() > 1 && probe.isEmpty()) {
      SnapshotProbe.prepare(out);
    }
    probe = portals.size() > 1 ? Optional.of(new SnapshotProbe()) : Optional.empty();
    bound = probe.isPresent() ? -1 : 0;
    probe.ifPresent(p -> p.ask(out));
    portals.forEach(portal -> portal.bindAgain(out));
    probe.ifPresent(p -> p.ask(out));
    FrontendEncoder.flush(out);
    backend.link().flush();
  }

  /** Portals are run when their rows have somewhere to go. */
  @Override
  public void run() {}

  /** What is under way goes on to its end; nothing more is run. */
  @Override
  public void leave() {
    if (isOver()) {
      return;
    }
    state = State.LEAVING;
    ByteBuf out = backend.link().out();
    for (BoundQuery portal : portals) {
      FrontendEncoder.closePortal(out, portal.bound().portal());
      FrontendEncoder.closeStatement(out, portal.statement());
    }
    if (probe.isPresent()) {
      SnapshotProbe.close(out);
    }
    FrontendEncoder.sync(out);
    backend.link().flush();
  }

  /** Nobody wants its rows any more. */
  void abort() {
    boolean busy = state == State.BINDING || state == State.RUNNING;
    leave();
    backend.link().resume();
    if (busy) {
      backend.cancel();
    }
  }

  boolean isLeft() {
    return state == State.LEFT;
  }

  private boolean isOver() {
    return state == State.LEAVING || state == State.LEFT;
  }

  private void start(int number, RowSource.Taker newTaker) {
    if (isOver()) {
      return;
    }
    state = State.RUNNING;
    current = number;
    taker = Optional.of(newTaker);
    ByteBuf out = backend.link().out();
    FrontendEncoder.execute(out, portals.get(number).bound().portal(), 0);
    FrontendEncoder.flush(out);
    backend.link().flush();
  }

  @Override
  public void rows(ByteBuf run) {
    if (state == State.RUNNING) {
      taker.orElseThrow().rows(run);
    } else if (state == State.BINDING && probe.isPresent()) {
      probe.get().rows(run);
    } else {
      run.release();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case MessageType.Backend.BIND_COMPLETE -> bindComplete();
      case MessageType.Backend.COMMAND_COMPLETE -> complete();
      case MessageType.Backend.ERROR -> {
        ErrorFields error = placed(ErrorFields.decode(body));
        leave();
        listener.failed(this, error);
      }
      case MessageType.Backend.NOTICE -> listener.notice(this, placed(ErrorFields.decode(body)));
      default -> {
        // Nothing of interest to rows that go on elsewhere.
      }
    }
  }

  private void bindComplete() {
    bound++;
    if (bound == portals.size() && state == State.BINDING && probe.isEmpty()) {
      allBound();
    }
  }

  private void allBound() {
    state = State.BOUND;
    listener.bound(this);
  }

  private void probed(SnapshotProbe looks) {
    looks.answered();
    if (!looks.isOver()) {
      return;
    }
    if (looks.isOneMoment()) {
      allBound();
    } else {
      bindAsOne();
    }
  }

  private void complete() {
    if (state == State.BINDING) {
      probe.ifPresent(this::probed);
    }
    if (state != State.RUNNING) {
      return;
    }
    state = State.BOUND;
    unrun--;
    if (unrun == 0) {
      leave();
    }
    taker.orElseThrow().end();
  }

  private ErrorFields placed(ErrorFields fields) {
    int number = state == State.BINDING ? Math.clamp(bound, 0, queries.size() - 1) : current;
    Query query = queries.get(number);
    return query.rendering().placed(query.bound().sql(), fields);
  }

  @Override
  public void ready(char status) {
    state = State.LEFT;
    listener.left(this);
  }

  @Override
  public void broken(SqlError why) {
    state = State.LEFT;
    listener.failed(this, ErrorFields.of(why, Severity.ERROR));
    listener.left(this);
  }

  /** The rows of one of the queries. */
  private final class PortalSource implements RowSource {
    private final int number;

    PortalSource(int number) {
      this.number = number;
    }

    @Override
    public int node() {
      return backend.node();
    }

    @Override
    public void start(Taker newTaker) {
      NodeUnit.this.start(number, newTaker);
    }

    @Override
    public void pause() {
      backend.link().pause();
    }

    @Override
    public void resume() {
      backend.link().resume();
    }
  }
}
