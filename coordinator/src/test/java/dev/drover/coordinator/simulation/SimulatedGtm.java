package dev.drover.coordinator.simulation;

import dev.drover.gtm.core.DurableState;
import dev.drover.gtm.core.GtmCore;
import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.protocol.GateLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GTM that crashes before or after a write and comes back with what is on its disk. Its clock
 * drifts.
 */
final class SimulatedGtm implements SimulatedGtms, SimulatedHost {
  static final GtmTerms TERMS =
      new GtmTerms(4000, 50, 40, 400, 75, new GateLimits(150, 100, 4), 200);

  /** Of the clock of any GTM. */
  static final int MAX_DRIFT_PER_MILLE = 55;

  private static final long TICK = 25 * Simulation.MILLIS;

  private final Simulation simulation;
  private final List<GtmRecord> disk = new ArrayList<>();
  private final Map<Long, SimulatedConnection> connections = new HashMap<>();
  private Optional<GtmCore> core = Optional.empty();
  private long clockOffset;
  private double clockRate = 1;
  private long life;
  private long lastConnection;
  private long plannedTick;

  SimulatedGtm(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public List<SimulatedHost> hosts() {
    return List.of(this);
  }

  @Override
  public void start() {
    life++;
    DurableState state = new DurableState();
    disk.forEach(state::apply);
    int drift = simulation.random.nextInt(-MAX_DRIFT_PER_MILLE, MAX_DRIFT_PER_MILLE + 1);
    clockRate = 1 + drift / 1000.0;
    clockOffset = simulation.random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
    core = Optional.of(GtmCore.start(TERMS, state, now()));
    simulation.invariants.gtmStarted();
    tick(life);
  }

  /** Up again at once, if it is down. */
  private void restart() {
    if (core.isEmpty()) {
      start();
    }
  }

  @Override
  public void trouble() {
    crash(
        simulation.upTo(
            simulation.random.nextBoolean() ? 2 * Simulation.SECONDS : 8 * Simulation.SECONDS));
  }

  @Override
  public void calm() {
    restart();
  }

  private void crash(long downtime) {
    if (core.isEmpty()) {
      return;
    }
    core = Optional.empty();
    List<SimulatedConnection> open = List.copyOf(connections.values());
    connections.clear();
    open.forEach(SimulatedConnection::breakIt);
    simulation.after(downtime, this::restart);
  }

  /** A compaction in between must not change anything. */
  private void compact() {
    List<GtmRecord> snapshot = core.orElseThrow().snapshot();
    disk.clear();
    disk.addAll(snapshot);
  }

  @Override
  public Optional<SimulatedConnection> accept(SimulatedProcess client) {
    if (core.isEmpty()) {
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
    if (core.isEmpty() || toLife != life) {
      return;
    }
    GtmEffects effects = core.get().step(event, now());
    if (simulation.strikes(3000)) {
      crash(simulation.upTo(Simulation.SECONDS));
      return;
    }
    disk.addAll(effects.records());
    simulation.invariants.persisted(effects.records());
    if (simulation.strikes(3000)) {
      crash(simulation.upTo(Simulation.SECONDS));
      return;
    }
    if (!effects.records().isEmpty() && simulation.random.nextInt(20) == 0) {
      compact();
    }
    effects.effects().forEach(this::carryOut);
    if (event instanceof GtmEvent.Disconnected(long connection)) {
      connections.remove(connection);
    }
    planTick();
  }

  private void planTick() {
    long due = core.orElseThrow().deadline(now() + TICK, now());
    if (due != now() + TICK && due != plannedTick) {
      plannedTick = due;
      long plannedIn = life;
      simulation.after(
          (long) ((due - now()) / clockRate) + 1, () -> deliver(plannedIn, new GtmEvent.Tick()));
    }
  }

  private void carryOut(GtmEffect effect) {
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

  private void tick(long ofLife) {
    deliver(ofLife, new GtmEvent.Tick());
    if (life == ofLife && core.isPresent()) {
      simulation.after((long) (TICK / clockRate), () -> tick(ofLife));
    }
  }

  private long now() {
    return clockOffset + (long) (simulation.now() * clockRate);
  }
}
