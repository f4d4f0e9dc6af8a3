package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.agent.recovery.CoordinatorLiveness;
import dev.drover.agent.recovery.NodeEndpoint;
import dev.drover.agent.recovery.NodeSessions;
import dev.drover.agent.recovery.Sweep;
import dev.drover.agent.recovery.SweepClock;
import dev.drover.gtm.client.ClientEffect;
import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.Liveness;
import dev.drover.gtm.protocol.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An agent with its resolver: the real sweep, on a thread that the simulation drives. */
final class SimulatedAgent extends SimulatedProcess {
  private static final long PERIOD = Simulation.SECONDS;
  private static final long ANSWER_LIMIT = 2 * Simulation.SECONDS;

  private final SimulatedThread thread;
  private final Sweep sweep;
  private final Map<Long, Consumer<Optional<Liveness>>> questions = new HashMap<>();
  private Optional<Consumer<Boolean>> sleeper = Optional.empty();
  private boolean isWoken;

  SimulatedAgent(Simulation simulation, String name) {
    super(simulation, name, Role.AGENT);
    NodeSessions sessions =
        new NodeSessions(
            new NodeEndpoint(NodeEndpoint.CATALOG, ""),
            endpoint -> SimulatedSession.open(simulation, this, endpoint));
    this.sweep = new Sweep(sessions, new Gtm(), new OwnClock());
    this.thread = new SimulatedThread(this::resolve);
  }

  @Override
  void start() {
    super.start();
    simulation.after(simulation.upTo(PERIOD), thread::start);
  }

  @Override
  void crash() {
    super.crash();
    thread.kill();
  }

  SimulatedThread thread() {
    return thread;
  }

  @Override
  void apply(ClientEffect effect) {
    switch (effect) {
      case ClientEffect.FenceWanted(CoordinatorEpoch _) -> wake();
      case ClientEffect.LiveAnswer(long request, Liveness liveness) ->
          Optional.ofNullable(questions.remove(request))
              .ifPresent(answer -> answer.accept(Optional.of(liveness)));
      case ClientEffect.Failed failed -> throw new AssertionError(failed);
      default -> {}
    }
  }

  private void resolve() {
    while (isAlive()) {
      simulation.invariants.resolved(sweep.inTurn().orElse(0));
      if (!isWoken) {
        thread.await(this::sleep);
      }
      isWoken = false;
    }
  }

  private void sleep(Consumer<Boolean> woken) {
    sleeper = Optional.of(woken);
    simulation.after(PERIOD, () -> whenAwake(() -> woken.accept(false)));
  }

  /** At a moment of its own: whoever runs now goes on first. */
  private void wake() {
    isWoken = true;
    sleeper.ifPresent(one -> simulation.after(0, () -> whenAwake(() -> one.accept(true))));
    sleeper = Optional.empty();
  }

  /** What the resolver hears of the GTM, and tells it. */
  private final class Gtm implements CoordinatorLiveness {
    @Override
    public Answer ask() {
      Optional<Liveness> answer = thread.await(this::question);
      return answer
          .map(live -> new Answer(live.settled(), lives(live.live()), lives(live.unfenced())))
          .orElseGet(() -> new Answer(false, List.of(), List.of()));
    }

    private void question(Consumer<Optional<Liveness>> answered) {
      long request = nextRequest();
      questions.put(
          request, answer -> simulation.after(0, () -> whenAwake(() -> answered.accept(answer))));
      simulation.after(0, () -> step(new ClientEvent.AskLive(request)));
      simulation.after(ANSWER_LIMIT, () -> whenAwake(() -> answered.accept(Optional.empty())));
    }

    @Override
    public void fenced(CoordinatorLife life) {
      CoordinatorEpoch epoch = new CoordinatorEpoch(life.id(), life.epoch());
      simulation.servers.requireClosedTo(life);
      simulation.invariants.fenced(epoch);
      simulation.coordinators.forEach(one -> one.fenced(epoch));
      simulation.after(0, () -> step(new ClientEvent.ReportFenced(nextRequest(), epoch)));
    }

    private static List<CoordinatorLife> lives(List<CoordinatorEpoch> epochs) {
      return epochs.stream()
          .map(epoch -> new CoordinatorLife(epoch.coordinatorId(), epoch.epoch()))
          .toList();
    }
  }

  private final class OwnClock implements SweepClock {
    @Override
    public long nanoTime() {
      return localNow();
    }

    @Override
    public void pause(Duration length) {
      thread.await(
          (Consumer<Boolean> over) ->
              simulation.after(length.toNanos(), () -> whenAwake(() -> over.accept(true))));
    }
  }
}
