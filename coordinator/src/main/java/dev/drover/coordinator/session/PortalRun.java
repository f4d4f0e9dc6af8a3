package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.output.PortalOutput;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Plan;
import java.util.Optional;

/**
 * The run of a portal, over as many Executes as its row limits make of it.
 *
 * <pre>
 * state      event                                next
 * ---------  -----------------------------------  ------------------------------------
 * running    rows up to the limit, operator rests suspended (PortalSuspended)
 * running    completed, limit not reached         done (CommandComplete)
 * running    completed, limit reached             drained (PortalSuspended)
 * running    failed                               done (ErrorResponse)
 * suspended  Execute                              running
 * drained    Execute                              drained, or done when no row is kept
 * done       Execute                              done: no rows, or an error
 * not run.   portal closed, transaction ended     closed: told to nobody
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PortalRun implements Call.Listener {
  private enum State {
    RUNNING,
    SUSPENDED,
    DRAINED,
    DONE,
    CLOSED
  }

  private final Session session;
  private final StatementRunner runner;
  private final ClientOutput client;
  private final boolean returnsRows;
  private Optional<PortalOutput> limited = Optional.empty();
  private Optional<Operator> operator = Optional.empty();
  private State state = State.RUNNING;
  private String tag = "";

  PortalRun(Session session, StatementRunner runner, ClientOutput client, Portal portal) {
    this.session = session;
    this.runner = runner;
    this.client = client;
    this.returnsRows = portal.plan().returnsRows();
  }

  /** The first Execute. */
  void start(Call.Request request, Portal portal) {
    if (request.maxRows() > 0 && returnsRows) {
      PortalOutput output =
          new PortalOutput(client, materializes(portal.plan().plan()), this::limitReached);
      output.allow(request.maxRows());
      limited = Optional.of(output);
    }
    Call call =
        new Call(
            request,
            portal.plan(),
            runner.transaction(),
            limited.isPresent() ? limited.get() : client,
            new Call.CallContext(this, runner, session.services().exec()));
    runner.run(call);
    if (state == State.RUNNING && limited.isPresent()) {
      operator = session.currentOperator();
    }
  }

  /** As PostgreSQL does it: what is not a plain query runs to its end by its first Execute. */
  private static boolean materializes(Plan plan) {
    return switch (plan) {
      case Plan.Local _, Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _, Plan.InsertRows _ ->
          false;
      case Plan.Fragments _ -> false;
      case Plan.ReplicatedWrite _, Plan.InsertFrom _, Plan.Explain _, Plan.Control _ -> true;
      case Plan.AtCursor _, Plan.Change _ -> true;
      case Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _ -> true;
      case Plan.Deferred _, Plan.Utility _, Plan.Broadcast _ -> true;
    };
  }

  /** Another Execute. */
  void again(String portal, int maxRows) {
    switch (state) {
      case SUSPENDED -> resume(maxRows);
      case DRAINED -> {
        limited.orElseThrow().allow(maxRows);
        end();
      }
      case DONE -> noMore(portal);
      case RUNNING, CLOSED -> throw new IllegalStateException("a portal is " + state);
    }
  }

  /** A portal that has ended returns no more rows. */
  private void noMore(String portal) {
    if (!returnsRows) {
      throw SqlError.of(
          SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"" + portal + "\" cannot be run");
    }
    client.commandComplete(counted(0));
  }

  private void resume(int maxRows) {
    PortalOutput output = limited.orElseThrow();
    session.occupy();
    session.running(operator.orElseThrow());
    state = State.RUNNING;
    output.allow(maxRows);
    if (output.limitReached()) {
      suspend();
    } else {
      operator.orElseThrow().resume(maxRows);
    }
  }

  /** An operator that does not come to rest by itself is held back by its output. */
  private void limitReached() {
    session.channel().loop().execute(this::suspendHeldBack);
  }

  private void suspendHeldBack() {
    boolean reached = state == State.RUNNING && !limited.orElseThrow().wantsMore();
    if (reached && operator.isPresent() && !operator.get().rests()) {
      suspend();
    }
  }

  @Override
  public void suspended(Call call) {
    if (state == State.RUNNING && limited.orElseThrow().limitReached()) {
      suspend();
    }
  }

  private void suspend() {
    operator = operator.or(session::currentOperator);
    state = State.SUSPENDED;
    BackendEncoder.portalSuspended(session.channel().out());
    session.free();
  }

  @Override
  public void completed(Call call, String completedTag) {
    if (state == State.CLOSED) {
      return;
    }
    tag = completedTag;
    end();
  }

  private void end() {
    if (limited.isPresent() && limited.get().limitReached()) {
      state = State.DRAINED;
      BackendEncoder.portalSuspended(session.channel().out());
    } else {
      state = State.DONE;
      client.commandComplete(limited.map(o -> counted(o.passed())).orElse(tag));
    }
    session.free();
  }

  /** The tag counts the rows of its own Execute. */
  private String counted(long rows) {
    CommandTag whole = CommandTag.parse(tag);
    return whole.rows().isPresent() ? CommandTag.of(whole.verb(), rows).format() : tag;
  }

  @Override
  public void failed(Call call, ErrorFields error) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.DONE;
    limited.ifPresent(PortalOutput::close);
    session.extendedError(error);
  }

  /** PostgreSQL commits at Sync, when it has said already that the statement is done. */
  @Override
  public void failedAtCommit(Call call, String doneTag, ErrorFields error) {
    client.commandComplete(doneTag);
    failed(call, error);
  }

  boolean isRunning() {
    return state == State.RUNNING;
  }

  /** What runs (a COMMIT ends all portals, its own too) still tells the client its end. */
  void close() {
    if (state == State.RUNNING) {
      return;
    }
    boolean suspended = state == State.SUSPENDED;
    state = State.CLOSED;
    limited.ifPresent(PortalOutput::close);
    if (suspended) {
      operator.ifPresent(Operator::closeSuspended);
    }
  }
}
