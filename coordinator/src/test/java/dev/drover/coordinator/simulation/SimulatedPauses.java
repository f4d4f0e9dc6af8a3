package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.client.ClientEvent;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import java.util.OptionalLong;

/** A coordinator's part in pauses of the cluster, in its own and in those of others. */
final class SimulatedPauses {
  private static final long PERIOD = 14 * Simulation.SECONDS;
  private static final long LENGTH = 2 * Simulation.SECONDS;

  /** What the GTM said before its crash may be heard so long after. */
  private static final long LATE_NEWS = 3 * Simulation.SECONDS;

  private static final long NOTHING = 0;

  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private PauseState known = PauseState.NONE;
  private boolean hasDrained;
  private long lastNumber;
  private long wanted = NOTHING;
  private OptionalLong completeAt = OptionalLong.empty();

  SimulatedPauses(Simulation simulation, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.owner = owner;
  }

  void start() {
    owner.repeat(PERIOD, this::want);
  }

  boolean mayBegin() {
    return !known.isPause();
  }

  void told(PauseState state) {
    boolean isOther = state.by() != known.by() || state.number() != known.number();
    known = state;
    hasDrained = hasDrained && !isOther;
    if (wanted != NOTHING && !isOwn(state)) {
      end(wanted);
    } else if (isOwn(state) && state.complete() && completeAt.isEmpty()) {
      completeAt = OptionalLong.of(simulation.now());
      simulation.invariants.paused();
      simulation.coordinators.forEach(this::requireIdle);
    }
    drain();
  }

  /** Something that ran has ended. */
  void drain() {
    if (known.isPause() && !hasDrained && owner.runsNothing()) {
      hasDrained = true;
      owner.step(new ClientEvent.Drained(known.by(), known.number()));
    }
  }

  /** A transaction has begun there. */
  void requireIdle(SimulatedCoordinator other) {
    boolean isOn = completeAt.isPresent() && owner.isAlive() && owner.leaseValid(known.by());
    if (isOn && other != owner && other.isAlive() && !isExcused(other)) {
      assertThat(other.runsNothing() || simulation.invariants.isFenced(other.identity()))
          .as("%s runs nothing while %s has paused the cluster", other.name(), owner.name())
          .isTrue();
    }
  }

  /** A commit of this epoch takes effect on a node. */
  void requireStill(CoordinatorEpoch by) {
    boolean isOn = completeAt.isPresent() && owner.isAlive() && owner.leaseValid(known.by());
    if (isOn && by.epoch() != known.by()) {
      assertThat(isExcused(simulation.invariants.grantedAt(by.epoch())))
          .as("%s commits nothing while %s has paused the cluster", by, owner.name())
          .isTrue();
    }
  }

  private boolean isExcused(SimulatedCoordinator other) {
    return isExcused(other.grantedAt());
  }

  /** A GTM that has just started lets somebody in before it hears of the pause. */
  private boolean isExcused(long grantedAt) {
    long startedAt = simulation.invariants.gtmStartedAt();
    return grantedAt >= startedAt && startedAt > completeAt.orElseThrow() - LATE_NEWS;
  }

  private boolean isOwn(PauseState state) {
    return wanted != NOTHING && state.number() == wanted && state.by() == owner.identity().epoch();
  }

  void want() {
    if (!owner.holdsLease() || wanted != NOTHING || known.isPause() || !simulation.mayBegin()) {
      return;
    }
    lastNumber++;
    wanted = lastNumber;
    owner.step(new ClientEvent.WantPause(wanted));
    long number = wanted;
    simulation.after(
        simulation.upTo(LENGTH),
        () ->
            owner.whenAwake(
                () -> {
                  if (wanted == number) {
                    end(number);
                  }
                }));
  }

  private void end(long number) {
    wanted = NOTHING;
    completeAt = OptionalLong.empty();
    owner.step(new ClientEvent.EndPause(number));
  }
}
