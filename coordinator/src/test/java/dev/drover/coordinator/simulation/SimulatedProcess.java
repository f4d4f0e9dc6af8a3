package dev.drover.coordinator.simulation;

import dev.drover.gtm.client.ClientCore;
import dev.drover.gtm.client.ClientEffect;
import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.client.ClientTimes;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A process with a {@link ClientCore}, a clock that drifts, and a connection to the GTM. */
abstract class SimulatedProcess {
  private static final long TICK = 100 * Simulation.MILLIS;
  private static final int MAX_DRIFT_PER_MILLE = 30;

  final Simulation simulation;
  final ClientCore core;
  private final String name;
  private final Role role;
  private final long clockOffset;
  private final double clockRate;
  private Optional<SimulatedConnection> connection = Optional.empty();
  private boolean alive = true;
  private boolean cutOff;
  private final List<Runnable> backlog = new ArrayList<>();
  private long pausedUntil;
  private long pauseCount;
  private long plannedTick;
  private long lastRequest;
  private int nextHost;

  SimulatedProcess(Simulation simulation, String name, Role role) {
    this.simulation = simulation;
    this.name = name;
    this.role = role;
    this.clockOffset = simulation.random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
    int drift = simulation.random.nextInt(-MAX_DRIFT_PER_MILLE, MAX_DRIFT_PER_MILLE + 1);
    this.clockRate = 1 + drift / 1000.0;
    ClientTimes times =
        simulation.gtms.hosts().size() > 1 ? ClientTimes.WITH_STANDBYS : ClientTimes.DEFAULT;
    this.core = new ClientCore(role, simulation.random.nextLong(), times, localNow());
  }

  abstract void apply(ClientEffect effect);

  /** What the effects that follow answer to. */
  void beforeStep(ClientEvent event) {}

  void start() {
    simulation.after(0, this::connect);
    simulation.after(simulation.upTo(TICK), this::tick);
  }

  String name() {
    return name;
  }

  Role role() {
    return role;
  }

  boolean isAlive() {
    return alive;
  }

  boolean isCutOff() {
    return cutOff && alive;
  }

  long localNow() {
    return clockOffset + (long) (simulation.now() * clockRate);
  }

  void pause(long nanos) {
    pausedUntil = simulation.now() + nanos;
    pauseCount++;
  }

  long pauseCount() {
    return pauseCount;
  }

  void crash() {
    alive = false;
    connection.ifPresent(SimulatedConnection::breakIt);
  }

  /** No new connections; what has been sent still arrives. */
  void leaveTheNetwork() {
    cutOff = true;
    breakConnection();
  }

  void breakConnection() {
    connection.ifPresent(SimulatedConnection::breakIt);
  }

  long nextRequest() {
    lastRequest++;
    return lastRequest;
  }

  /** Runs the action now, or in its turn when the process has woken up. */
  void whenAwake(Runnable action) {
    if (!alive) {
      return;
    }
    if (simulation.now() >= pausedUntil && backlog.isEmpty()) {
      action.run();
      return;
    }
    backlog.add(action);
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
    actions.forEach(this::whenAwake);
  }

  void step(ClientEvent event) {
    whenAwake(
        () -> {
          beforeStep(event);
          List<ClientEffect> effects = core.step(event, localNow());
          for (ClientEffect effect : effects) {
            switch (effect) {
              case ClientEffect.Send(GtmMessage.FromClient message) ->
                  connection.ifPresent(open -> open.toGtm(message));
              case ClientEffect.Reconnect() -> breakConnection();
              default -> apply(effect);
            }
          }
          planTick();
        });
  }

  private void planTick() {
    long now = localNow();
    long due = core.deadline(now + TICK, now);
    if (due != now + TICK && due != plannedTick) {
      plannedTick = due;
      simulation.after((long) ((due - now) / clockRate) + 1, () -> step(new ClientEvent.Tick()));
    }
  }

  void received(SimulatedConnection on, GtmMessage.FromGtm message) {
    if (connection.equals(Optional.of(on))) {
      step(new ClientEvent.Received(message));
    }
  }

  void connected(SimulatedConnection established) {
    if (!alive || cutOff) {
      established.breakIt();
      return;
    }
    connection = Optional.of(established);
    step(new ClientEvent.Connected());
  }

  void disconnected() {
    connection = Optional.empty();
    step(new ClientEvent.Disconnected());
    simulation.after(50 * Simulation.MILLIS + simulation.upTo(Simulation.SECONDS), this::connect);
  }

  private void connect() {
    if (!alive || cutOff) {
      return;
    }
    List<? extends SimulatedHost> hosts = simulation.gtms.hosts();
    nextHost = (nextHost + 1) % hosts.size();
    Optional<SimulatedConnection> fresh = hosts.get(nextHost).accept(this);
    if (fresh.isEmpty()) {
      simulation.after(50 * Simulation.MILLIS + simulation.upTo(Simulation.SECONDS), this::connect);
      return;
    }
    simulation.after(simulation.upTo(10 * Simulation.MILLIS), () -> fresh.get().reachClient());
  }

  private void tick() {
    if (alive) {
      step(new ClientEvent.Tick());
      simulation.after((long) (TICK / clockRate), this::tick);
    }
  }
}
