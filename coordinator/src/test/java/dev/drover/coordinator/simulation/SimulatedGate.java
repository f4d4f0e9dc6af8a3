package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.simulation.SnapshotChecks.Opening;
import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.GtmMessage.GateClose;
import dev.drover.gtm.protocol.GtmMessage.GateHold;
import dev.drover.gtm.protocol.GtmMessage.GateOrder;
import java.util.Optional;

/** The gate of one simulated coordinator: what it lets through, and for how long it is closed. */
final class SimulatedGate {
  /** Clocks are rounded. */
  private static final long MAX_LATE = Simulation.MILLIS / 1000;

  /** How wide the limits of a closing without the GTM are, only the coordinator's core knows. */
  private static final GateLimits WIDEST = SimulatedGtm.TERMS.gate().widened(Integer.MAX_VALUE);

  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private long window;
  private boolean mayStartSecondPhases = true;
  private boolean mayCommit = true;
  private Optional<GateOrder> order = Optional.empty();
  private Optional<Opening> opening = Optional.empty();
  private GateLimits limits = WIDEST;
  private boolean isDirect;
  private long closedAt;
  private long heldAt;
  private long pausesAtClose;

  SimulatedGate(Simulation simulation, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.owner = owner;
  }

  /** An order names the limits of the closing that follows from it. */
  void beforeStep(ClientEvent event) {
    order =
        event instanceof ClientEvent.Received(GateOrder heard)
            ? Optional.of(heard)
            : Optional.empty();
  }

  void close(long number) {
    assertThat(number).isGreaterThan(window);
    assertThat(mayStartSecondPhases).as("one closing ends before the next").isTrue();
    window = number;
    mayStartSecondPhases = false;
    limits =
        switch (order.orElse(null)) {
          case GateClose m -> m.limits();
          case GateHold m -> m.limits();
          case null, default -> WIDEST;
        };
    isDirect = order.filter(GateHold.class::isInstance).isPresent();
    closedAt = owner.localNow();
    pausesAtClose = owner.pauseCount();
  }

  void hold() {
    mayCommit = false;
    heldAt = owner.localNow();
    changed();
  }

  void open(long number) {
    assertThat(number).isEqualTo(window);
    if (owner.pauseCount() == pausesAtClose) {
      isWithinLimits();
    }
    mayStartSecondPhases = true;
    mayCommit = true;
  }

  /** Of the drain and the hold if it was never held, else of the hold alone. */
  private void isWithinLimits() {
    boolean isDraining = mayCommit && !isDirect;
    long longest = isDraining ? limits.closedNanos() : limits.holdNanos();
    long beganAt = mayCommit || isDirect ? closedAt : heldAt;
    assertThat(owner.localNow() - beganAt)
        .as("writers wait no longer than the limits")
        .isLessThanOrEqualTo(longest + MAX_LATE);
  }

  /** Whether a commit would leave now, and a server would do it. */
  void changed() {
    CoordinatorEpoch self = owner.identity();
    boolean isOpen =
        mayCommit
            && owner.isAlive()
            && owner.holds(self.epoch())
            && !simulation.invariants.isFenced(self);
    if (opening.isPresent() && !(isOpen && opening.get().of().equals(self))) {
      opening.get().end(simulation.now());
      opening = Optional.empty();
    }
    if (isOpen && opening.isEmpty()) {
      opening = Optional.of(simulation.snapshots.opens(self));
    }
  }
}
