package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.Role;
import java.util.HashSet;
import java.util.Set;

/** Fences whom it is told to, after a while, and reports it. */
final class SimulatedAgent extends SimulatedProcess {
  private static final long SLOW = 6 * Simulation.SECONDS;
  private static final long RESOLVING = 300 * Simulation.MILLIS;

  private final Set<CoordinatorEpoch> atWork = new HashSet<>();

  SimulatedAgent(Simulation simulation, String name) {
    super(simulation, name, Role.AGENT);
  }

  @Override
  void start() {
    super.start();
    ask();
  }

  @Override
  void apply(ClientEffect effect) {
    switch (effect) {
      case ClientEffect.FenceWanted(CoordinatorEpoch epoch) -> {
        if (atWork.add(epoch)) {
          long patience = simulation.strikes(4) ? SLOW : Simulation.SECONDS;
          simulation.after(simulation.upTo(patience), () -> fence(epoch));
        }
      }
      case ClientEffect.Failed failed -> throw new AssertionError(failed);
      default -> {}
    }
  }

  private void fence(CoordinatorEpoch epoch) {
    whenAwake(
        () -> {
          simulation.invariants.fenced(epoch);
          simulation.coordinators.forEach(one -> one.fenced(epoch));
          simulation.snapshots.resolve(epoch, RESOLVING);
          simulation.after(
              RESOLVING, () -> step(new ClientEvent.ReportFenced(nextRequest(), epoch)));
        });
  }

  private void ask() {
    step(new ClientEvent.AskLive(nextRequest()));
    simulation.after(Simulation.SECONDS + simulation.upTo(Simulation.SECONDS), this::ask);
  }
}
