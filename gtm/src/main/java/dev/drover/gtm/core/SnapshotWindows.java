package dev.drover.gtm.core;

import dev.drover.gtm.core.SnapshotWindow.Stage;
import dev.drover.gtm.gate.GatePacing;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.GtmMessage.GateAlone;
import dev.drover.gtm.protocol.GtmMessage.GateClose;
import dev.drover.gtm.protocol.GtmMessage.GateDrained;
import dev.drover.gtm.protocol.GtmMessage.GateHeld;
import dev.drover.gtm.protocol.GtmMessage.GateHold;
import dev.drover.gtm.protocol.GtmMessage.GateOpen;
import dev.drover.gtm.protocol.GtmMessage.GateOrder;
import dev.drover.gtm.protocol.GtmMessage.GateRefused;
import dev.drover.gtm.protocol.GtmMessage.GateRequest;
import dev.drover.gtm.protocol.GtmMessage.SnapshotNow;
import dev.drover.gtm.protocol.GtmMessage.SnapshotTaken;
import dev.drover.gtm.protocol.GtmMessage.SnapshotWanted;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Snapshot windows, one at a time: moments in which no coordinator sends a commit and no second
 * phase is under way, so that snapshots taken then on several nodes agree.
 *
 * <pre>
 *   wanted --start--> draining --> holding --> taking, one coordinator after the other --> served
 *                        |            |           |
 *                        +---- limit, refusal or another set of coordinators: given up, tried again
 * </pre>
 *
 * <p>If no second phase was met last time, draining is left out; a coordinator that meets one then
 * refuses, and the window is tried again with draining. Coordinators take one after the other, for
 * two that took at once could each miss a commit that the other sees.
 *
 * <p>Invariants: a window goes on only while the live coordinators are those with which it began,
 * all others are fenced, and none has refused. What a coordinator took is valid only if it said so
 * while every coordinator was sure to hold. Window numbers rise over restarts. Nothing here has to
 * outlive a crash: who lives is durable, and all of them must answer.
 *
 * <p>A coordinator that is alone may go without: for as long as {@link Admission} promises, nobody
 * else gets a lease.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class SnapshotWindows {
  private static final int BOOT_SHIFT = 40;

  private final GtmTerms terms;
  private final DurableState state;
  private final Links links;
  private final Admission admission;
  private final GatePacing pacing;
  private final SequencedMap<CoordinatorEpoch, Long> wants = new LinkedHashMap<>();
  private Optional<SnapshotWindow> open = Optional.empty();
  private long lastNumber;
  private boolean drainsFirst;
  private long servedCount;
  private long givenUpCount;

  /** A promise of the last life may still hold, if anybody can have got one. */
  SnapshotWindows(GtmTerms terms, DurableState state, Links links, Admission admission, long now) {
    this.terms = terms;
    this.state = state;
    this.links = links;
    this.admission = admission;
    this.pacing = new GatePacing(now);
    this.lastNumber = state.boot() << BOOT_SHIFT;
    if (live().size() == 1) {
      admission.promise(now);
    }
  }

  /** A live coordinator has said something. */
  void received(GateRequest message, CoordinatorEpoch by, long now) {
    switch (message) {
      case SnapshotWanted m -> wanted(m, by, now);
      case GateDrained m -> current(m.window()).ifPresent(one -> one.drained(by, m.waited()));
      case GateHeld m -> current(m.window()).ifPresent(one -> held(one, by, m));
      case GateRefused m -> current(m.window()).ifPresent(SnapshotWindow::refused);
      case SnapshotTaken m -> current(m.window()).ifPresent(one -> one.taken(by, now));
    }
  }

  /** Windows in which somebody was served. */
  long servedCount() {
    return servedCount;
  }

  /** Windows that nobody could use. */
  long givenUpCount() {
    return givenUpCount;
  }

  /** Goes as far as it can; called after every event. */
  void advance(long now) {
    open.ifPresent(window -> advance(window, now));
    if (open.isEmpty() && mayStart(now)) {
      start(now);
    }
  }

  /** When something changes here by itself, if at all. */
  long deadline(long otherwise) {
    return open.map(SnapshotWindow::deadline)
        .orElseGet(() -> wants.isEmpty() ? otherwise : pacing.mayCloseAt());
  }

  private void wanted(SnapshotWanted m, CoordinatorEpoch by, long now) {
    boolean isAlone = live().equals(Set.of(by)) && areOthersFenced();
    if (!isAlone || open.isPresent() || admission.isAwaited()) {
      wants.merge(by, m.wanted(), Math::max);
      return;
    }
    wants.remove(by);
    admission.promise(now);
    send(by, new GateAlone(m.number(), m.epoch(), terms.aloneMillis(), terms.gate()));
  }

  /** Who waits at a coordinator when it holds has asked in time: all hold only later. */
  private void held(SnapshotWindow window, CoordinatorEpoch by, GateHeld m) {
    if (!(window.stage() instanceof Stage.Holding)) {
      return;
    }
    window.held(by, m.waiting());
    if (m.wanted() == GateHeld.NOBODY) {
      wants.remove(by);
    } else {
      wants.merge(by, m.wanted(), Math::max);
    }
  }

  private void advance(SnapshotWindow window, long now) {
    if (window.isRefused() || !live().equals(window.participants()) || !areOthersFenced()) {
      giveUp(window, now);
      return;
    }
    if (window.isLate(now)) {
      end(window, now);
      return;
    }
    switch (window.stage()) {
      case Stage.Draining _ when window.haveAllAnswered() -> {
        window.hold(now);
        sendToAll(window, new GateHold(window.number(), window.limits()));
      }
      case Stage.Holding _ when window.haveAllAnswered() -> {
        window.freeze(wants);
        nextTaker(window, now);
      }
      case Stage.Taking _ when !window.isTaking() -> nextTaker(window, now);
      case Stage.Draining _, Stage.Holding _, Stage.Taking _ -> {}
    }
  }

  private void nextTaker(SnapshotWindow window, long now) {
    window
        .nextTaker()
        .ifPresentOrElse(
            taker -> send(taker, new SnapshotNow(window.number(), window.through(taker))),
            () -> end(window, now));
  }

  private boolean mayStart(long now) {
    if (wants.isEmpty()) {
      return false;
    }
    wants.keySet().retainAll(live());
    return !wants.isEmpty()
        && pacing.mayClose(now)
        && areOthersFenced()
        && live().stream().allMatch(one -> links.isReachable(one.coordinatorId()));
  }

  private void start(long now) {
    lastNumber++;
    GateLimits limits = terms.gate().widened(pacing.doublings());
    SnapshotWindow window = new SnapshotWindow(lastNumber, live(), limits, drainsFirst, now);
    open = Optional.of(window);
    sendToAll(
        window,
        drainsFirst
            ? new GateClose(window.number(), limits)
            : new GateHold(window.number(), limits));
  }

  /** The window is over in good order or out of time; who has taken by now may use it. */
  private void end(SnapshotWindow window, long now) {
    boolean isServed = window.isServed();
    servedCount += isServed ? 1 : 0;
    givenUpCount += isServed ? 0 : 1;
    window.participants().forEach(one -> served(window, one));
    drainsFirst = !isServed || window.use(now).metSecondPhases();
    if (isServed) {
      pacing.served(window.use(now), terms.gate().pace(), now);
    } else {
      pacing.late(window.use(now), terms.gate().pace(), now);
    }
    open = Optional.empty();
  }

  private void served(SnapshotWindow window, CoordinatorEpoch participant) {
    boolean hasTaken = window.hasTaken(participant);
    if (hasTaken && wants.getOrDefault(participant, 0L) <= window.through(participant)) {
      wants.remove(participant);
    }
    send(participant, new GateOpen(window.number(), hasTaken));
  }

  /** Nothing that was taken in it may be used. */
  private void giveUp(SnapshotWindow window, long now) {
    givenUpCount++;
    sendToAll(window, new GateOpen(window.number(), false));
    if (window.isRefused() && !drainsFirst) {
      pacing.retry(now);
    } else if (window.isRefused()) {
      // Somebody has opened by himself.
      pacing.late(window.use(now), terms.gate().pace(), now);
    } else {
      pacing.failed(window.use(now), terms.gate().pace(), now);
    }
    drainsFirst = true;
    open = Optional.empty();
  }

  private Optional<SnapshotWindow> current(long number) {
    return open.filter(window -> window.number() == number);
  }

  private void sendToAll(SnapshotWindow window, GateOrder order) {
    window.participants().forEach(one -> send(one, order));
  }

  private void send(CoordinatorEpoch to, GateOrder order) {
    links.sendToCoordinator(to.coordinatorId(), order);
  }

  private Set<CoordinatorEpoch> live() {
    return state.coordinators().stream()
        .filter(Registration::isLive)
        .map(Registration::identity)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Nothing of a dead epoch can be sent any more, and nothing of it is left prepared. */
  private boolean areOthersFenced() {
    return state.coordinators().stream().allMatch(known -> known.unfenced().isEmpty());
  }
}
