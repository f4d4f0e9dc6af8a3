package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.MomentPatience;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.snapshot.MomentReader;
import dev.drover.coordinator.snapshot.Moments;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Of an UPDATE, DELETE, INSERT or COPY, whose snapshot is that of its Execute: every node begins
 * while no commit is under way, and says so. From then on a change looks at rows that others change
 * as PostgreSQL does, in their newest version.
 *
 * <pre>
 *   state    | event                      | next     | effect
 *   ---------+----------------------------+----------+-------------------------------------------
 *   QUEUED   | start, its turn            | BINDING  | Parse, Bind everywhere: locks, plan
 *   BINDING  | all bound                  | CHECKING | asks whether the plan still holds
 *   CHECKING | the plan holds             | WAITING  | asks for a window
 *   WAITING  | a window                   | STARTING | Execute everywhere
 *   STARTING | all have begun             | STARTED  | says so
 *   STARTED  | the window was valid       | FOUND    | their results are good
 *   STARTED  | it was not                 | GIVEN_UP | an error: the statement has to run again
 *   STARTING | the window is over         | GIVEN_UP | the same
 *   any      | an error, a cancel         | GIVEN_UP | Sync where nothing runs
 * </pre>
 *
 * <p>All nodes begin at once, so two statements that want the same rows may each get them on one
 * node and wait for the other's. After a deadlock those that change one table take turns, by a lock
 * on the first of their nodes that they hold until they have ended.
 *
 * <p>Source: PostgreSQL 18, {@code PortalStart}, {@code PortalRunMulti}: a statement that changes
 * rows gets its snapshot when it is run.
 */
final class BeginningMoment implements FanMoment, MomentReader {
  /** "drov": nobody's advisory locks are likely to be of this class. */
  private static final int TURNS = 0x64726f76;

  private enum State {
    QUEUED,
    BINDING,
    CHECKING,
    WAITING,
    STARTING,
    STARTED,
    FOUND,
    GIVEN_UP
  }

  private final Call call;
  private final List<Participant> participants;
  private final Optional<Integer> table;
  private final Host host;
  private final Moments moments;
  private final List<BoundQuery> queries = new ArrayList<>();
  private final BitSet waitedFor = new BitSet();
  private final MomentPatience patience = new MomentPatience("begin the statement", this::fail);
  private State state = State.QUEUED;
  private int unbound;
  private Optional<Taking> window = Optional.empty();

  /** {@code table} is the OID of the one that is changed, if any is. */
  BeginningMoment(Call call, List<Participant> participants, Optional<Integer> table, Host host) {
    this.call = call;
    this.participants = participants;
    this.table = table;
    this.host = host;
    this.moments = call.transaction().services().moments();
  }

  @Override
  public void start() {
    call.transaction().failure().save(participants);
    if (table.isPresent() && call.services().writeOrder().firstNodeFirst()) {
      takeTurn();
    } else {
      bind();
    }
  }

  private void takeTurn() {
    Participant first = participants.getFirst();
    first.holdsUntil("SELECT pg_catalog.pg_advisory_unlock(" + turn() + ")");
    first
        .backend()
        .query(
            "SELECT pg_catalog.pg_advisory_lock(" + turn() + ")",
            new QuietReply(reply -> turnCame(first, reply)));
    first.backend().link().flush();
  }

  private String turn() {
    return TURNS + ", " + table.orElseThrow();
  }

  @Override
  public void ended() {
    Participant first = participants.getFirst();
    if (first.backend().link().status() == Protocol.IN_TRANSACTION) {
      first.letGo();
    }
  }

  private void turnCame(Participant first, QuietReply reply) {
    if (reply.lost().isPresent()) {
      fail(reply.lost().get());
    } else if (reply.error().isPresent()) {
      host.failed(StatementError.of(call, reply.error().get(), first.node()));
    } else if (state == State.QUEUED) {
      bind();
    }
  }

  private void bind() {
    state = State.BINDING;
    unbound = participants.size();
    for (int i = 0; i < participants.size(); i++) {
      queries.add(host.bind(i));
    }
  }

  /** Nodes that have bound hold their locks, so that nothing moves away before they are done. */
  @Override
  public void bound() {
    unbound--;
    if (unbound == 0 && state == State.BINDING) {
      state = State.CHECKING;
      call.whenPlanHolds(this::await, this::fail);
    }
  }

  private void await() {
    if (state != State.CHECKING) {
      return;
    }
    call.planHeld();
    state = State.WAITING;
    patience.start(call.services().loop());
    moments.await(this);
  }

  @Override
  public void take(Taking taking) {
    if (state != State.WAITING) {
      taking.missed();
      return;
    }
    state = State.STARTING;
    window = Optional.of(taking);
    waitedFor.set(0, participants.size());
    table.ifPresent(_ -> participants.forEach(Participant::markWrote));
    host.running();
    queries.forEach(BoundQuery::run);
  }

  @Override
  public void begun(int index) {
    waitedFor.clear(index);
    if (state == State.STARTING && waitedFor.isEmpty()) {
      state = State.STARTED;
      window.orElseThrow().fixed();
    }
  }

  @Override
  public void taken(boolean valid) {
    if (state != State.STARTED) {
      return;
    }
    if (valid) {
      leave(State.FOUND);
      host.found();
    } else {
      runAgain();
    }
  }

  @Override
  public void late() {
    if (state == State.STARTING) {
      runAgain();
    }
  }

  /** Some nodes may see more than others. */
  private void runAgain() {
    call.scopes().runAgain();
    fail(
        SqlError.of(
                SqlState.SERIALIZATION_FAILURE,
                "the nodes could not begin the statement at one moment")
            .withHint("Run the transaction again."));
  }

  private void leave(State last) {
    state = last;
    patience.end();
    moments.withdraw(this);
  }

  @Override
  public boolean isDecided() {
    return state == State.FOUND || state == State.GIVEN_UP;
  }

  @Override
  public void giveUp() {
    if (isDecided()) {
      return;
    }
    boolean runs = state == State.STARTING || state == State.STARTED;
    leave(State.GIVEN_UP);
    if (!runs) {
      queries.forEach(BoundQuery::leave);
    }
  }

  @Override
  public void cancel() {
    if (state == State.BINDING || state == State.CHECKING || state == State.WAITING) {
      fail(SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request"));
    }
  }

  private void fail(SqlError why) {
    host.failed(ErrorFields.of(why, Severity.ERROR));
  }
}
