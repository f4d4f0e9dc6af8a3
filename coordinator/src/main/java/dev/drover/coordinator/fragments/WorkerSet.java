package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.GroupSnapshot;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The connections of one statement beside those of its transaction: one for every node of every
 * fragment that does not run on the transaction's own. All are at hand before anything is sent.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class WorkerSet implements Worker.Listener {
  private static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
  private static final String BEGIN_SHARED = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";

  /** What one connection is for. */
  private record Seat(int fragment, int node) {}

  private final Call call;
  private final Plan.Fragments plan;
  private final FragmentPlaces places;
  private final FragmentEvents events;
  private final Runnable writable;
  private final List<Seat> seats = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Backend> acquired = new ArrayList<>();
  private Optional<GroupSnapshot> snapshot = Optional.empty();
  private boolean aborted;
  private int unopened;

  /** {@code writable} is told when one of them takes rows again. */
  WorkerSet(
      Call call,
      Plan.Fragments plan,
      FragmentPlaces places,
      FragmentEvents events,
      Runnable writable) {
    this.call = call;
    this.plan = plan;
    this.places = places;
    this.events = events;
    this.writable = writable;
    for (int i = 0; i < places.all().size(); i++) {
      if (places.all().get(i).inWorkers()) {
        for (int node : places.all().get(i).nodes()) {
          seats.add(new Seat(i, node));
        }
      }
    }
    this.unopened = seats.size();
  }

  /** Gets all connections; those that read tables see the snapshot, if there is one. */
  void start(Optional<GroupSnapshot> shared) {
    snapshot = shared;
    acquire();
  }

  private void acquire() {
    if (acquired.size() == seats.size()) {
      open();
      return;
    }
    call.services()
        .pool()
        .acquire(
            seats.get(acquired.size()).node(),
            call.transaction().role(),
            BackendPool.Request.of(this::lent, this::refused));
  }

  private void lent(Backend backend) {
    if (aborted) {
      call.services().pool().release(backend);
      return;
    }
    acquired.add(backend);
    acquire();
  }

  private void refused(SqlError why) {
    if (!aborted) {
      events.failed(ErrorFields.of(why, Severity.ERROR));
    }
  }

  private void open() {
    acquired.forEach(backend -> workers.add(new Worker(call, backend, this)));
    acquired.clear();
    for (int i = 0; i < workers.size() && !aborted; i++) {
      Optional<String> begin = beginSql(seats.get(i));
      if (begin.isEmpty()) {
        events.failed(ErrorFields.of(notCovered(), Severity.ERROR));
        return;
      }
      workers.get(i).open(begin.get(), this::opened);
    }
  }

  /** Empty when the snapshot does not cover the node. */
  private Optional<String> beginSql(Seat seat) {
    Fragment fragment = places.all().get(seat.fragment()).fragment();
    StringBuilder sql = new StringBuilder();
    if (snapshot.isPresent() && fragment.readsTables() && seat.node() != Node.CATALOG_ID) {
      Optional<String> id = snapshot.get().on(seat.node());
      if (id.isEmpty()) {
        return Optional.empty();
      }
      sql.append(BEGIN_SHARED).append("; SET TRANSACTION SNAPSHOT '").append(id.get()).append('\'');
    } else {
      sql.append(BEGIN);
    }
    for (String input : fragment.inputs()) {
      if (!places.maySendWithText(input)) {
        sql.append("; ").append(TemporaryRelation.createBare(FragmentPlaces.exchange(plan, input)));
      }
    }
    return Optional.of(sql.toString());
  }

  private static SqlError notCovered() {
    return SqlError.of(
            SqlState.SERIALIZATION_FAILURE, "could not see the node as of the statement's snapshot")
        .withHint("Run the statement again.");
  }

  private void opened() {
    unopened--;
    if (unopened == 0) {
      snapshot.ifPresent(GroupSnapshot::release);
      snapshot = Optional.empty();
      events.progress();
    }
  }

  boolean areOpen() {
    return unopened == 0;
  }

  /** Those of one fragment, in the order of its nodes. */
  List<Worker> of(int fragment) {
    List<Worker> found = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      if (seats.get(i).fragment() == fragment) {
        found.add(workers.get(i));
      }
    }
    return found;
  }

  /** Nothing is under way, and all have gone back. */
  boolean areEnded() {
    return workers.stream().allMatch(Worker::isEnded);
  }

  void end() {
    workers.forEach(Worker::end);
  }

  /** What they do is of no use any more. */
  void abort() {
    letGo();
    workers.forEach(Worker::abort);
  }

  /** The client is gone. */
  void abandon() {
    letGo();
    workers.forEach(Worker::abandon);
  }

  private void letGo() {
    aborted = true;
    acquired.forEach(backend -> call.services().pool().release(backend));
    acquired.clear();
    snapshot.ifPresent(GroupSnapshot::release);
    snapshot = Optional.empty();
  }

  @Override
  public void failed(Worker worker, ErrorFields error) {
    events.failed(error);
  }

  @Override
  public void writable() {
    writable.run();
  }

  @Override
  public void ended() {
    events.progress();
  }
}
