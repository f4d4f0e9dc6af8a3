package dev.drover.coordinator.exec;

import dev.drover.coordinator.snapshot.MomentReader;
import dev.drover.coordinator.snapshot.Moments;
import dev.drover.coordinator.snapshot.Moments.Stillness;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Has every node bind a query at one moment, at which no commit is under way: a query's snapshot is
 * that of its Bind.
 *
 * <pre>
 *   state    | event                      | next     | effect
 *   ---------+----------------------------+----------+-----------------------------------------
 *   -        | start                      | LOOKING  | Parse, Bind everywhere
 *   LOOKING  | all bound, nothing was     | CHECKING | asks whether the plan still holds
 *            |   committed meanwhile      |          |
 *   LOOKING  | all bound, else            | WAITING  | asks for a window
 *   WAITING  | a window                   | TAKING   | Bind everywhere again
 *   TAKING   | all bound                  | TAKEN    | says so
 *   TAKEN    | the window was valid       | CHECKING | asks whether the plan still holds
 *   TAKEN    | it was not                 | WAITING  |
 *   TAKING   | the window is over         | LATE     |
 *   LATE     | all bound                  | WAITING  |
 *   CHECKING | the plan holds             | DONE     | Execute everywhere
 *   any      | an error, a cancel         | GIVEN_UP | Sync everywhere
 * </pre>
 *
 * <p>The first Bind may wait for locks and takes its time to plan. Its locks and its plan stay, so
 * that the Bind within a window, in which commits wait, does neither.
 *
 * <p>Source: PostgreSQL 18, {@code exec_bind_message}: the portal starts with a new snapshot, and
 * BindComplete is sent afterwards.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class MomentBinding implements MomentReader {
  private enum State {
    LOOKING,
    WAITING,
    TAKING,
    TAKEN,
    LATE,
    CHECKING,
    DONE,
    GIVEN_UP
  }

  /** What the fan does when the nodes have bound, or cannot. */
  public interface Listener {
    /** Every node has bound: are they the right ones? Exactly one of the two is called. */
    void check(Runnable holds, Consumer<SqlError> otherwise);

    /** Every node has bound at one moment; rows follow. */
    void found();

    void gaveUp(ErrorFields why);
  }

  /** What one node binds and then runs. */
  public interface Unit {
    EventLoop loop();

    /** Anew, with a snapshot of now. */
    void bindAgain();

    /** All nodes have bound at one moment. */
    void run();

    /** Nothing is to run; the node answers all the same. */
    void leave();
  }

  private final Moments moments;
  private final Listener listener;
  private final List<Unit> units = new ArrayList<>();
  private final MomentPatience patience = new MomentPatience("be read", this::fail);
  private State state = State.LOOKING;
  private Optional<Stillness> since = Optional.empty();
  private Optional<Taking> window = Optional.empty();
  private int unbound;

  public MomentBinding(Moments moments, Listener listener) {
    this.moments = moments;
    this.listener = listener;
  }

  /** {@code bind} has a node bind, by its index, and does not wait for it. */
  public void start(int nodes, IntFunction<Unit> bind) {
    since = moments.stillness();
    unbound = nodes;
    for (int i = 0; i < nodes; i++) {
      units.add(bind.apply(i));
    }
  }

  /** One more node has bound. */
  public void nodeBound() {
    unbound--;
    if (unbound > 0) {
      return;
    }
    switch (state) {
      case LOOKING -> lookBack();
      case TAKING -> {
        state = State.TAKEN;
        window.orElseThrow().fixed();
      }
      case LATE -> state = State.WAITING;
      case WAITING, TAKEN, CHECKING, DONE, GIVEN_UP -> {}
    }
  }

  private void lookBack() {
    if (since.map(moments::isUnbroken).orElse(false)) {
      moments.foundWithoutWindow();
      execute();
      return;
    }
    state = State.WAITING;
    patience.start(units.getFirst().loop());
    moments.await(this);
  }

  @Override
  public void take(Taking taking) {
    if (state != State.WAITING) {
      taking.missed();
      return;
    }
    state = State.TAKING;
    window = Optional.of(taking);
    unbound = units.size();
    units.forEach(Unit::bindAgain);
  }

  @Override
  public void taken(boolean valid) {
    if (state != State.TAKEN) {
      return;
    }
    if (valid) {
      execute();
    } else {
      state = State.WAITING;
    }
  }

  @Override
  public void late() {
    if (state == State.TAKING) {
      state = State.LATE;
    }
  }

  private void execute() {
    leave(State.CHECKING);
    listener.check(this::run, this::fail);
  }

  private void run() {
    if (state == State.CHECKING) {
      state = State.DONE;
      listener.found();
      units.forEach(Unit::run);
    }
  }

  private void leave(State last) {
    state = last;
    patience.end();
    moments.withdraw(this);
  }

  /** Neither running nor given up. */
  public boolean isUnderWay() {
    return state != State.DONE && state != State.GIVEN_UP;
  }

  /** The units end without running the query; afterwards every node answers. */
  public void giveUp() {
    if (isUnderWay()) {
      leave(State.GIVEN_UP);
      units.forEach(Unit::leave);
    }
  }

  /** The client wants it no more: a server that has bound would not notice. */
  public void cancel() {
    if (isUnderWay()) {
      fail(SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request"));
    }
  }

  private void fail(SqlError why) {
    listener.gaveUp(ErrorFields.of(why, Severity.ERROR));
  }
}
