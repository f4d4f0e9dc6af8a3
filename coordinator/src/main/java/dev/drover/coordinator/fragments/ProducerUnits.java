package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.MomentBinding;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.nodes.NodeJoin;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The fragments that run on the transaction's own connections: all are bound, at one moment where
 * every statement asks for its own, before the first is run.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ProducerUnits implements NodeUnit.Listener {
  private final Call call;
  private final FragmentPlaces places;
  private final List<RowForm> forms;
  private final FragmentEvents events;
  private final NodeJoin join;
  private final List<NodeUnit> units = new ArrayList<>();
  private final List<List<RowSource>> sources = new ArrayList<>();
  private Optional<MomentBinding> moment = Optional.empty();
  private boolean joining;
  private boolean bound;
  private boolean aborted;
  private int unbound;

  /** {@code forms} of what each producer sends. */
  ProducerUnits(Call call, FragmentPlaces places, List<RowForm> forms, FragmentEvents events) {
    this.call = call;
    this.places = places;
    this.forms = List.copyOf(forms);
    this.events = events;
    this.join = new NodeJoin(call.transaction(), places.participantNodes(), new JoinListener());
    places.all().forEach(_ -> sources.add(new ArrayList<>()));
  }

  void start() {
    joining = true;
    join.start();
  }

  private final class JoinListener implements NodeJoin.Listener {
    @Override
    public void joined(List<Participant> participants) {
      joining = false;
      if (aborted) {
        NodeJoin.flush(participants);
        events.progress();
      } else {
        begin(participants);
      }
    }

    @Override
    public void refused(SqlError why) {
      joining = false;
      events.failed(ErrorFields.of(why, Severity.ERROR));
    }
  }

  private void begin(List<Participant> participants) {
    participants.forEach(p -> units.add(unit(p)));
    unbound = units.size();
    if (units.isEmpty()) {
      bound = true;
      events.progress();
      return;
    }
    boolean several = sources.stream().mapToInt(List::size).sum() > 1;
    if (several && call.transaction().view().isPerStatement()) {
      bindAtMoment();
    } else {
      units.forEach(NodeUnit::bind);
    }
  }

  private NodeUnit unit(Participant participant) {
    NodeUnit unit = new NodeUnit(participant.backend(), this);
    for (int i = 0; i < places.all().size(); i++) {
      FragmentPlaces.Place place = places.all().get(i);
      if (!place.inWorkers() && place.nodes().contains(participant.node())) {
        RowForm form = forms.get(i);
        SqlText query = form.query(place.fragment().text());
        sources.get(i).add(unit.add(place.rendering(), query, form.formats()));
      }
    }
    return unit;
  }

  private void bindAtMoment() {
    MomentBinding one =
        new MomentBinding(
            call.transaction().services().moments(),
            new MomentBinding.Listener() {
              @Override
              public void check(Runnable holds, Consumer<SqlError> otherwise) {
                call.whenPlanHolds(
                    () -> {
                      holdPlan();
                      holds.run();
                    },
                    otherwise);
              }

              @Override
              public void found() {
                allBound();
              }

              @Override
              public void gaveUp(ErrorFields why) {
                events.failed(why);
              }
            });
    moment = Optional.of(one);
    one.start(
        units.size(),
        i -> {
          units.get(i).bind();
          return units.get(i);
        });
  }

  /** Who has bound holds its locks; workers may still look at tables. */
  private void holdPlan() {
    if (!places.workersReadTables()) {
      call.planHeld();
    }
  }

  @Override
  public void bound(NodeUnit unit) {
    if (moment.isPresent()) {
      moment.get().nodeBound();
      return;
    }
    unbound--;
    if (unbound == 0) {
      allBound();
    }
  }

  private void allBound() {
    bound = true;
    events.progress();
  }

  @Override
  public void failed(NodeUnit unit, ErrorFields error) {
    events.failed(StatementError.of(call, error, unit.node()));
  }

  @Override
  public void notice(NodeUnit unit, ErrorFields notice) {
    call.output().notice(StatementError.notice(call, notice, unit.node()));
  }

  @Override
  public void left(NodeUnit unit) {
    events.progress();
  }

  /** The rows of one of the fragments, node by node. */
  List<RowSource> sources(int fragment) {
    return sources.get(fragment);
  }

  boolean areBound() {
    return bound;
  }

  /** Nothing is under way on the transaction's connections. */
  boolean areLeft() {
    return !joining && units.stream().allMatch(NodeUnit::isLeft);
  }

  void abort() {
    aborted = true;
    join.stop();
    units.forEach(NodeUnit::abort);
    moment.ifPresent(MomentBinding::giveUp);
  }
}
