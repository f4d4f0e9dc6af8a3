package dev.drover.coordinator.simulation;

import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.seat.Ballot;
import dev.drover.gtm.seat.Candidate;
import dev.drover.gtm.seat.SeatCore;
import dev.drover.gtm.seat.SeatEvent;
import dev.drover.gtm.seat.SeatTimes;
import dev.drover.gtm.seat.SeatedEffect;
import dev.drover.gtm.seat.SeatedGtm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One of several GTMs: keeps nothing, crashes, falls asleep, and its clock drifts. */
final class SimulatedSeatedGtm implements SimulatedHost {
  private static final long TICK = 25 * Simulation.MILLIS;

  private final Simulation simulation;
  private final SimulatedSeats seats;
  private final boolean mayFound;
  private final Map<Long, SimulatedConnection> connections = new HashMap<>();
  private final List<Runnable> backlog = new ArrayList<>();
  private Optional<SeatedGtm> gtm = Optional.empty();
  private Optional<Ballot> active = Optional.empty();
  private long clockOffset;
  private double clockRate = 1;
  private long life;
  private long lastConnection;
  private long pausedUntil;
  private long cutOffUntil;
  private Set<Integer> cutOffFrom = Set.of();
  private long plannedTick;

  /**
   * @param mayFound whether it begins a cluster that is new
   */
  SimulatedSeatedGtm(Simulation simulation, SimulatedSeats seats, boolean mayFound) {
    this.simulation = simulation;
    this.seats = seats;
    this.mayFound = mayFound;
  }

  void start() {
    life++;
    int most = SimulatedGtm.MAX_DRIFT_PER_MILLE;
    int drift = simulation.random.nextInt(-most, most + 1);
    clockRate = 1 + drift / 1000.0;
    clockOffset = simulation.random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
    Candidate candidate =
        new Candidate(
            1 + simulation.random.nextLong(Long.MAX_VALUE - 1),
            mayFound ? Optional.of(List.of()) : Optional.empty());
    SeatCore seat =
        new SeatCore(
            seats.configured(), candidate, SeatTimes.DEFAULT, simulation.random, localNow());
    gtm = Optional.of(new SeatedGtm(SimulatedGtm.TERMS, seat));
    tick(life);
  }

  boolean isActive() {
    return active.isPresent();
  }

  /** Up again at once, if it is down. */
  void restart() {
    if (gtm.isEmpty()) {
      start();
    }
  }

  void crash(long downtime) {
    if (gtm.isEmpty()) {
      return;
    }
    gtm = Optional.empty();
    backlog.clear();
    pausedUntil = simulation.now();
    disconnectAll();
    simulation.after(downtime, this::restart);
  }

  void pause(long nanos) {
    pausedUntil = simulation.now() + nanos;
  }

  /** From these servers; clients reach it. */
  void cutOff(Set<Integer> servers, long nanos) {
    cutOffFrom = servers;
    cutOffUntil = simulation.now() + nanos;
  }

  @Override
  public Optional<SimulatedConnection> accept(SimulatedProcess client) {
    if (active.isEmpty() || simulation.now() < pausedUntil) {
      return Optional.empty();
    }
    lastConnection++;
    SimulatedConnection fresh =
        new SimulatedConnection(simulation, this, client, lastConnection, life);
    connections.put(lastConnection, fresh);
    deliver(life, new GtmEvent.Connected(lastConnection, client.role(), client.name()));
    return Optional.of(fresh);
  }

  @Override
  public void deliver(long toLife, GtmEvent event) {
    whenAwake(
        toLife,
        () -> {
          carryOut(() -> gtm.orElseThrow().step(event, localNow()));
          if (event instanceof GtmEvent.Disconnected(long connection)) {
            connections.remove(connection);
          }
        });
  }

  private void answered(long toLife, SeatEvent event) {
    whenAwake(toLife, () -> carryOut(() -> gtm.orElseThrow().step(event, localNow())));
  }

  private void carryOut(Supplier<List<SeatedEffect>> step) {
    for (SeatedEffect effect : step.get()) {
      if (gtm.isEmpty()) {
        return;
      }
      switch (effect) {
        case SeatedEffect.Ask ask -> ask(ask);
        case SeatedEffect.Opened(Ballot ballot, var recovered) -> {
          active = Optional.of(ballot);
          simulation.invariants.recovered(recovered);
        }
        case SeatedEffect.Act(long _, List<GtmEffects> outcomes) -> outcomes.forEach(this::act);
        case SeatedEffect.Closed(Ballot _) -> disconnectAll();
        case SeatedEffect.Left() -> throw new AssertionError("nobody told it to leave");
      }
    }
    if (simulation.strikes(5000)) {
      crash(simulation.upTo(3 * Simulation.SECONDS));
      return;
    }
    planTick();
  }

  private void ask(SeatedEffect.Ask ask) {
    long askedIn = life;
    if (simulation.now() < cutOffUntil && cutOffFrom.contains(ask.server())) {
      SeatEvent failure = new SeatEvent.Failed(ask.server(), ask.number());
      simulation.after(Simulation.SECONDS, () -> answered(askedIn, failure));
      return;
    }
    seats.ask(ask.server(), ask.number(), ask.request(), answer -> answered(askedIn, answer));
  }

  private void act(GtmEffects outcome) {
    simulation.invariants.acted(active.orElseThrow());
    simulation.invariants.persisted(outcome.records());
    for (GtmEffect effect : outcome.effects()) {
      switch (effect) {
        case GtmEffect.Send(long connection, var message) -> {
          simulation.invariants.sent(message);
          SimulatedConnection to = connections.get(connection);
          if (to != null) {
            to.toClient(message);
          }
        }
        case GtmEffect.PollLocks poll -> {
          long askedIn = life;
          simulation.nodes.poll(poll, answer -> deliver(askedIn, answer));
        }
      }
    }
  }

  private void disconnectAll() {
    active = Optional.empty();
    List<SimulatedConnection> open = List.copyOf(connections.values());
    connections.clear();
    open.forEach(SimulatedConnection::breakIt);
  }

  private void planTick() {
    if (gtm.isEmpty()) {
      return;
    }
    long now = localNow();
    long due = gtm.get().deadline(now + TICK, now);
    if (due != now + TICK && due != plannedTick) {
      plannedTick = due;
      long plannedIn = life;
      simulation.after(
          (long) ((due - now) / clockRate) + 1, () -> answered(plannedIn, new SeatEvent.Tick()));
    }
  }

  private void tick(long ofLife) {
    if (life == ofLife && gtm.isPresent()) {
      answered(ofLife, new SeatEvent.Tick());
      simulation.after((long) (TICK / clockRate), () -> tick(ofLife));
    }
  }

  /** A process that sleeps finds everything when it wakes, and its clock has gone on. */
  private void whenAwake(long ofLife, Runnable action) {
    if (life != ofLife || gtm.isEmpty()) {
      return;
    }
    if (simulation.now() >= pausedUntil && backlog.isEmpty()) {
      action.run();
      return;
    }
    backlog.add(() -> whenAwake(ofLife, action));
    if (backlog.size() == 1) {
      simulation.after(Math.max(0, pausedUntil - simulation.now()), this::wake);
    }
  }

  private void wake() {
    if (simulation.now() < pausedUntil) {
      simulation.after(pausedUntil - simulation.now(), this::wake);
      return;
    }
    List<Runnable> actions = List.copyOf(backlog);
    backlog.clear();
    actions.forEach(Runnable::run);
  }

  private long localNow() {
    return clockOffset + (long) (simulation.now() * clockRate);
  }
}
