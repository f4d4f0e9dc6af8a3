package dev.drover.gtm.core;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.PauseEnded;
import dev.drover.gtm.protocol.GtmMessage.PauseHeld;
import dev.drover.gtm.protocol.GtmMessage.PauseRequest;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.GtmMessage.PauseWanted;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pause of the cluster: nothing new begins on any coordinator.
 *
 * <pre>
 *   none --PauseWanted--> draining --each live coordinator has drained, the dead are fenced--> complete
 *    ^                       |                                                                    |
 *    +--- PauseEnded, the lease of its coordinator lost, not wanted for a whole lease ------------+
 * </pre>
 *
 * <p>It is not durable: whoever wants it says so again with every heartbeat, also to a GTM that has
 * just started. That one does not deny a pause for a lease, so that one of before goes on.
 *
 * <p>Invariant: while there is a pause no new epoch is given, so nobody begins who has not drained.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class ClusterPause {
  private final DurableState state;
  private final Links links;
  private final long leaseNanos;
  private final long settledAt;
  private final Set<CoordinatorEpoch> drained = new HashSet<>();
  private Optional<CoordinatorEpoch> by = Optional.empty();
  private PauseState told = PauseState.NONE;
  private long wantedAt;

  ClusterPause(DurableState state, Links links, long leaseNanos, long now) {
    this.state = state;
    this.links = links;
    this.leaseNanos = leaseNanos;
    this.settledAt = now + leaseNanos;
  }

  boolean isOn() {
    return by.isPresent();
  }

  /** A live coordinator has said something. */
  void received(PauseRequest message, CoordinatorEpoch from, long now) {
    switch (message) {
      case PauseWanted m -> wanted(m, from, now);
      case PauseEnded m -> {
        if (isOf(from.epoch(), m.number())) {
          end();
        }
      }
      case PauseHeld m -> held(m, from, now);
    }
  }

  private boolean isOf(long epoch, long number) {
    return isOn() && told.by() == epoch && told.number() == number;
  }

  private void wanted(PauseWanted m, CoordinatorEpoch from, long now) {
    if (!isOn()) {
      by = Optional.of(from);
      told = new PauseState(from.epoch(), m.number(), false);
    }
    if (isOf(from.epoch(), m.number())) {
      wantedAt = now;
      live().stream().filter(one -> !drained.contains(one)).forEach(this::tell);
    } else {
      tell(from);
    }
  }

  private void held(PauseHeld m, CoordinatorEpoch from, long now) {
    if (m.drained() && isOf(m.by(), m.number())) {
      drained.add(from);
    }
    if (isOn() || now - settledAt >= 0) {
      tell(from);
    }
  }

  /** Goes as far as it can; called after every event. */
  void advance(long now) {
    if (!isOn()) {
      return;
    }
    boolean isWanted = live().contains(by.get()) && now - wantedAt < leaseNanos;
    if (!isWanted) {
      end();
    } else if (!told.complete() && drained.containsAll(live()) && areOthersFenced()) {
      told = new PauseState(told.by(), told.number(), true);
      tellAll();
    }
  }

  private void end() {
    by = Optional.empty();
    told = PauseState.NONE;
    drained.clear();
    tellAll();
  }

  private void tellAll() {
    live().forEach(this::tell);
  }

  private void tell(CoordinatorEpoch coordinator) {
    links.sendToCoordinator(coordinator.coordinatorId(), told);
  }

  private List<CoordinatorEpoch> live() {
    return state.coordinators().stream()
        .filter(Registration::isLive)
        .map(Registration::identity)
        .toList();
  }

  private boolean areOthersFenced() {
    return state.coordinators().stream().allMatch(known -> known.unfenced().isEmpty());
  }
}
