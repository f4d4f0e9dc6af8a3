package dev.drover.coordinator.insert;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.MomentBinding;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.nodes.NodeJoin;
import dev.drover.coordinator.nodes.RowWindow;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine.Window;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Reads rows of several nodes in portions, so that between two of them the same connections can be
 * written to.
 *
 * <p>A connection that is paused in the middle of a result would never come to read what was sent
 * to it; so no connection is paused here, and instead the next portion is asked for when its rows
 * have found their place. At READ COMMITTED all nodes bind the query at one moment before any of
 * them runs it.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PortionReader implements Operator {
  private static final int PORTION_ROWS = 5000;
  private static final String PORTAL = "drover$rows";

  /** What to read where; {@code window} is counted over all nodes. */
  record Work(List<Integer> nodes, SqlText text, Rendering rendering, Window window) {
    Work {
      nodes = List.copyOf(nodes);
    }
  }

  private static final class Part {
    private final Participant participant;
    private boolean bound;
    private boolean running;
    private boolean done;
    private boolean closed;

    private Part(Participant participant) {
      this.participant = participant;
    }
  }

  private final Call call;
  private final Work work;
  private final IntPredicate mayRead;
  private final RowWindow window;
  private final List<Part> parts = new ArrayList<>();
  private Optional<MomentBinding> moment = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean stopped;
  private boolean useless;
  private boolean ended;

  /** {@code mayRead} says whether a node's connection takes a query. */
  PortionReader(Call call, Work work, IntPredicate mayRead) {
    this.call = call;
    this.work = work;
    this.mayRead = mayRead;
    this.window = RowWindow.of(work.window(), call);
  }

  @Override
  public void start() {
    new NodeJoin(call.transaction(), work.nodes(), new JoinListener()).start();
  }

  private final class JoinListener implements NodeJoin.Listener {
    @Override
    public void joined(List<Participant> participants) {
      NodeJoin.flush(participants);
      participants.forEach(p -> parts.add(new Part(p)));
      if (parts.size() > 1 && call.transaction().view().isPerStatement()) {
        bindAtMoment();
      } else {
        advance();
      }
    }

    @Override
    public void refused(SqlError why) {
      end(Optional.of(ErrorFields.of(why, Severity.ERROR)));
    }
  }

  private void bindAtMoment() {
    MomentBinding one =
        new MomentBinding(call.transaction().services().moments(), new MomentListener());
    moment = Optional.of(one);
    one.start(parts.size(), i -> bind(parts.get(i)));
  }

  private BoundQuery bind(Part part) {
    part.bound = true;
    part.running = true;
    Reply reply = new PlacedReply(new PortionReply(part), work.rendering(), work.text());
    BoundQuery query =
        ServerCommand.bind(part.participant.backend(), call, portal(), work.rendering(), reply);
    query.flush();
    return query;
  }

  private final class MomentListener implements MomentBinding.Listener {
    @Override
    public void check(Runnable holds, Consumer<SqlError> otherwise) {
      call.whenPlanHolds(holds, otherwise);
    }

    @Override
    public void found() {
      call.output().bound();
    }

    @Override
    public void gaveUp(ErrorFields why) {
      failed(why);
    }
  }

  private void failed(ErrorFields why) {
    error = error.or(() -> Optional.of(why));
    useless = true;
    moment.ifPresent(MomentBinding::giveUp);
  }

  private ServerCommand.Bound portal() {
    return new ServerCommand.Bound(work.text(), 0, call.resultFormats(), PORTION_ROWS, PORTAL);
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable && parts.size() == work.nodes().size()) {
      advance();
    }
  }

  /** Nothing is read before the nodes have found a moment. */
  boolean awaitsMoment() {
    return moment.filter(MomentBinding::isUnderWay).isPresent();
  }

  /** The transaction fails: what was begun need not be ended. */
  @Override
  public void cancel() {
    useless = true;
    moment.ifPresent(MomentBinding::cancel);
    advance();
  }

  /** Sends what may be sent now; ends when nothing is left. */
  private void advance() {
    for (Part part : parts) {
      if (!part.running && !part.closed && !useless && !ended) {
        advance(part);
      }
    }
    boolean running = parts.stream().anyMatch(part -> part.running);
    if (!running && (useless || parts.stream().allMatch(part -> part.closed))) {
      end(error);
    }
  }

  private void advance(Part part) {
    boolean finished = part.done || stopped;
    if (!finished && !call.output().writable()) {
      return;
    }
    if (!mayRead.test(part.participant.node())) {
      return;
    }
    if (finished) {
      close(part);
    } else {
      read(part);
    }
  }

  private void end(Optional<ErrorFields> why) {
    if (ended) {
      return;
    }
    ended = true;
    if (why.isPresent()) {
      call.failed(why.get());
    } else {
      call.completed("");
    }
  }

  private void read(Part part) {
    dev.drover.coordinator.pool.Backend backend = part.participant.backend();
    ByteBuf out = backend.link().out();
    part.running = true;
    if (part.bound) {
      FrontendEncoder.execute(out, PORTAL, PORTION_ROWS);
      FrontendEncoder.sync(out);
      backend.link().expect(new PortionReply(part));
    } else {
      part.bound = true;
      Reply reply = new PlacedReply(new PortionReply(part), work.rendering(), work.text());
      ServerCommand.execute(backend, call, portal(), work.rendering(), reply);
    }
    backend.link().flush();
  }

  /** Its portal would keep the tables in use. */
  private static void close(Part part) {
    part.closed = true;
    if (!part.bound) {
      return;
    }
    FrontendEncoder.closePortal(part.participant.backend().link().out(), PORTAL);
    FrontendEncoder.sync(part.participant.backend().link().out());
    part.participant.backend().link().expect(new QuietReply());
    part.participant.backend().link().flush();
  }

  private void pass(ByteBuf run) {
    if (stopped || useless) {
      run.release();
    } else {
      window.pass(run, call.output());
      stopped |= window.exhausted();
    }
  }

  /** One portion of one node. */
  private final class PortionReply implements Reply {
    private final Part part;
    private boolean suspended;

    PortionReply(Part part) {
      this.part = part;
    }

    @Override
    public void rows(ByteBuf run) {
      pass(run);
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case Backend.BIND_COMPLETE ->
            moment.ifPresentOrElse(MomentBinding::nodeBound, call.output()::bound);
        case Backend.PORTAL_SUSPENDED -> suspended = true;
        case Backend.ERROR ->
            failed(StatementError.of(call, ErrorFields.decode(body), part.participant.node()));
        case Backend.NOTICE ->
            call.output()
                .notice(
                    StatementError.notice(call, ErrorFields.decode(body), part.participant.node()));
        default -> {
          // Of no interest to rows that go on elsewhere.
        }
      }
    }

    @Override
    public void ready(char status) {
      part.running = false;
      part.done = !suspended;
      advance();
    }

    @Override
    public void broken(SqlError why) {
      part.running = false;
      failed(ErrorFields.of(why, Severity.ERROR));
      advance();
    }
  }
}
