package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.snapshot.GroupSnapshot;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A query whose rows move between nodes on the way: one exchange after another, then the last
 * fragment.
 *
 * <pre>
 *   phase      | goes on when                                  | then
 *   -----------+-----------------------------------------------+--------------------------------
 *   PREPARING  | workers have their relations, and the         | MOVING
 *              |   transaction's own nodes have bound          |
 *   MOVING     | the exchange's relation is filled             | MOVING, the next exchange
 *   MOVING     | none is left, and the transaction's           | LAST
 *              |   connections are at rest                     |
 *   LAST       | its rows have gone to the client              | ENDING: workers roll back
 *   any        | an error, a cancel, nobody wants more rows    | ENDING: all is cancelled
 *   ENDING     | nothing is under way on any connection        | ENDED: the client is told
 * </pre>
 *
 * <p>Invariant: rows that move are never read from a connection while others are written to the
 * same one; so nothing waits for itself.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class FragmentsOperator implements Operator, FragmentEvents {
  private enum Phase {
    PREPARING,
    MOVING,
    LAST,
    ENDING,
    ENDED
  }

  private final Call call;
  private final Plan.Fragments plan;
  private final FragmentPlaces places;
  private final ProducerUnits units;
  private final WorkerSet workers;
  private final GatherLimit limit;
  private final List<ExchangeRun> runs = new ArrayList<>();
  private Phase phase = Phase.PREPARING;
  private Optional<LastStep> last = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean admitting;
  private boolean readOnly;
  private boolean moving;
  private boolean silent;

  public FragmentsOperator(Call call, Plan.Fragments plan, FragmentPlaces places) {
    this.call = call;
    this.plan = plan;
    this.places = places;
    List<RowForm> forms = new ArrayList<>();
    plan.exchanges().forEach(x -> forms.add(RowForm.of(x)));
    forms.add(RowForm.TEXT);
    this.units = new ProducerUnits(call, places, forms, this);
    this.workers = new WorkerSet(call, plan, places, this, this::workerWritable);
    this.limit = GatherLimit.of(call);
  }

  @Override
  public void start() {
    call.openScope(true, places.participantNodes().size());
    readOnly = call.transaction().view().modes().readOnly().orElse(false);
    if (places.shared()) {
      admitting = true;
      call.transaction().admit(this::admitted, this::notAdmitted);
    } else {
      prepare(Optional.empty());
    }
  }

  private void admitted() {
    admitting = false;
    if (phase == Phase.PREPARING) {
      call.transaction().view().share(this::prepare, this::refused);
    } else {
      settle();
    }
  }

  private void notAdmitted(SqlError why) {
    admitting = false;
    refused(why);
    settle();
  }

  private void prepare(Optional<GroupSnapshot> snapshot) {
    if (phase != Phase.PREPARING) {
      snapshot.ifPresent(GroupSnapshot::release);
      return;
    }
    workers.start(snapshot);
    if (phase == Phase.PREPARING) {
      units.start();
    }
  }

  private void refused(SqlError why) {
    failed(ErrorFields.of(why, Severity.ERROR));
  }

  @Override
  public void progress() {
    switch (phase) {
      case PREPARING -> {
        if (workers.areOpen() && units.areBound()) {
          phase = Phase.MOVING;
          if (call.simple()) {
            call.output().simpleRowDescription(call.cached());
          }
          move();
        }
      }
      case MOVING -> move();
      case ENDING -> settle();
      case LAST, ENDED -> {}
    }
  }

  /** The next exchange, or the last fragment. */
  private void move() {
    if (moving) {
      return;
    }
    int next = runs.size();
    if (next < plan.exchanges().size()) {
      moving = true;
      Exchange exchange = plan.exchanges().get(next);
      ExchangeRun run =
          new ExchangeRun(exchange, sources(next), readers(exchange), limit, filled(next));
      runs.add(run);
      run.start();
    } else if (units.areLeft()) {
      phase = Phase.LAST;
      closeScopeEarly();
      beginLast();
    }
  }

  private ExchangeRun.Listener filled(int exchange) {
    return new ExchangeRun.Listener() {
      @Override
      public void filled() {
        moved(exchange);
      }

      @Override
      public void failed(SqlError why) {
        refused(why);
      }
    };
  }

  /** Workers that read no tables can wait for nobody, so the transaction need not last for them. */
  private void closeScopeEarly() {
    if (!places.shared()) {
      call.closeBareScope();
    }
  }

  private List<RowSource> sources(int fragment) {
    FragmentPlaces.Place place = places.all().get(fragment);
    if (!place.inWorkers()) {
      return units.sources(fragment);
    }
    RowForm form = RowForm.of(plan.exchanges().get(fragment));
    List<RowSource> sources = new ArrayList<>();
    workers.of(fragment).forEach(w -> sources.add(new WorkerSource(w, place, form)));
    return sources;
  }

  private ExchangeRun.Readers readers(Exchange exchange) {
    List<Integer> readers = places.readersOf(exchange.relation());
    boolean joined =
        readers.stream()
            .map(reader -> places.all().get(reader).fragment())
            .anyMatch(f -> f.readsTables() || f.inputs().size() > 1);
    return new ExchangeRun.Readers(
        readers.stream().flatMap(reader -> workers.of(reader).stream()).toList(),
        joined,
        places.maySendWithText(exchange.relation()));
  }

  /** A fragment that has sent its rows needs its connections no more. */
  private void moved(int exchange) {
    moving = false;
    workers.of(exchange).forEach(Worker::end);
    progress();
  }

  private void workerWritable() {
    if (moving) {
      runs.getLast().writable();
    }
  }

  private void beginLast() {
    List<Worker> nodes = workers.of(places.all().size() - 1);
    LastStep step = new LastStep(call, nodes, places.last(), plan.combine(), this::lastEnded);
    last = Optional.of(step);
    if (readOnly) {
      List<Worker> waiting = new ArrayList<>(nodes);
      for (Worker worker : nodes) {
        worker.quietly("SET TRANSACTION READ ONLY", () -> restrained(waiting, worker, step));
      }
    } else {
      step.start();
    }
  }

  /** What the client's transaction must not do, the fragment must not do for it. */
  private static void restrained(List<Worker> waiting, Worker worker, LastStep step) {
    waiting.remove(worker);
    if (waiting.isEmpty()) {
      step.start();
    }
  }

  private void lastEnded() {
    phase = Phase.ENDING;
    workers.end();
    settle();
  }

  @Override
  public void failed(ErrorFields why) {
    if (phase == Phase.ENDING || phase == Phase.ENDED) {
      return;
    }
    error = Optional.of(why);
    if (phase == Phase.MOVING) {
      call.output().bound();
    }
    stop();
  }

  private void stop() {
    phase = Phase.ENDING;
    runs.forEach(ExchangeRun::stop);
    last.ifPresent(LastStep::release);
    units.abort();
    workers.abort();
    settle();
  }

  private void settle() {
    boolean underWay = admitting || !units.areLeft() || !workers.areEnded();
    if (phase != Phase.ENDING || underWay) {
      return;
    }
    phase = Phase.ENDED;
    if (silent) {
      return; // The transaction is that of another statement by now.
    }
    if (error.isPresent()) {
      call.transaction().fail();
    }
    call.closeBareScope();
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      call.completed(last.orElseThrow().tag());
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable && phase == Phase.LAST) {
      last.ifPresent(LastStep::clientWritable);
    }
  }

  @Override
  public void cancel() {
    refused(SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request"));
  }

  /** The workers may be in the midst of the rows: they are told to leave off. */
  @Override
  public void closeSuspended() {
    silent = true;
    if (phase != Phase.ENDING && phase != Phase.ENDED) {
      stop();
    }
  }

  @Override
  public void clientGone() {
    if (phase != Phase.ENDED) {
      phase = Phase.ENDING;
      silent = true;
      runs.forEach(ExchangeRun::stop);
      last.ifPresent(LastStep::release);
      units.abort();
      workers.abandon();
    }
  }

  /** What has moved so far, by exchange and node. */
  public List<ExchangeCount> counts() {
    return runs.stream().flatMap(run -> run.counts().stream()).toList();
  }
}
