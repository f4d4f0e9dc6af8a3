package dev.drover.gtm.client;

import dev.drover.gtm.gate.GatePacing;
import dev.drover.gtm.gate.GateUse;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.GateAlone;
import dev.drover.gtm.protocol.GtmMessage.GateClose;
import dev.drover.gtm.protocol.GtmMessage.GateDrained;
import dev.drover.gtm.protocol.GtmMessage.GateHeld;
import dev.drover.gtm.protocol.GtmMessage.GateHold;
import dev.drover.gtm.protocol.GtmMessage.GateOpen;
import dev.drover.gtm.protocol.GtmMessage.GateRefused;
import dev.drover.gtm.protocol.GtmMessage.SnapshotNow;
import dev.drover.gtm.protocol.GtmMessage.SnapshotTaken;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A coordinator's part in snapshot windows: when its gate closes and opens.
 *
 * <pre>
 *   state    | event                   | next     | effect and message
 *   ---------+-------------------------+----------+------------------------------------
 *   open     | GateClose(w)            | closing  | CloseGate
 *   open     | GateHold(w)             | closing  | CloseGate
 *   open     | reader waits, alone     | closing  | CloseGate
 *   closing  | no second phase runs    | drained  | GateDrained; after GateClose
 *   closing  | no second phase runs    | holding  | HoldGate; after GateHold, or alone
 *   closing  | a second phase runs     | open     | GateRefused, OpenGate(no); after GateHold
 *   drained  | GateHold(w)             | holding  | HoldGate
 *   holding  | no commit is sent       | held     | GateHeld
 *   holding  | no commit is sent       | taking   | TakeSnapshot; alone
 *   held     | SnapshotNow(w)          | taking   | TakeSnapshot
 *   taking   | taken                   | taken    | SnapshotTaken
 *   taking   | taken, alone            | open     | OpenGate(whether it is still alone)
 *   any      | GateOpen(w, valid)      | open     | OpenGate(valid, if in taken)
 *   any      | limit, epoch lost       | open     | OpenGate(no)
 *   any      | a newer window          | closing  | OpenGate(no), CloseGate
 *   any      | GateClose, GateHold and SnapshotNow of a window that is over: GateRefused
 * </pre>
 *
 * <p>Invariants: the coordinator never holds again in a window in which it has opened. A lease that
 * lapses leaves a window of the GTM as it is, for the lease may be renewed in the middle of it; the
 * limits end it soon.
 *
 * <p>Threads: confined to the owning {@link ClientCore}.
 */
final class GateView {
  private static final long NO_EPOCH = 0;

  private final Consumer<ClientEffect> tell;
  private final Consumer<GtmMessage.FromClient> send;
  private final SnapshotWants wants;
  private final GatePacing pacing;
  private long epoch = NO_EPOCH;
  private long newest;
  private long lastRound;
  private GateLimits aloneLimits = new GateLimits(1, 1, 0);
  private Optional<GateRound> round = Optional.empty();

  GateView(
      long repeatNanos,
      Consumer<ClientEffect> tell,
      Consumer<GtmMessage.FromClient> send,
      long now) {
    this.tell = tell;
    this.send = send;
    this.wants = new SnapshotWants(repeatNanos);
    this.pacing = new GatePacing(now);
  }

  void received(GtmMessage.GateOrder message, long now) {
    if (epoch == NO_EPOCH) {
      return;
    }
    switch (message) {
      case GateClose m -> close(m, now);
      case GateHold m -> hold(m, now);
      case SnapshotNow m -> takeNow(m);
      case GateOpen m -> opened(m, now);
      case GateAlone m when m.epoch() == epoch -> {
        aloneLimits = m.limits();
        wants.promised(m, now);
        round.ifPresent(one -> one.goesOnAlone(wants.promisedUntil(now), now));
        tell.accept(new ClientEffect.AloneUntil(wants.promisedUntil(now)));
      }
      case GateAlone _ -> {}
    }
  }

  void happened(ClientEvent.Gate event, long now) {
    switch (event) {
      case ClientEvent.WantSnapshot(long reader) -> wants.ask(reader);
      case ClientEvent.StayAlone() -> wants.stayAlone();
      case ClientEvent.GateClosed(long number, int running) ->
          current(number).ifPresent(one -> closed(one, running, now));
      case ClientEvent.GateDrained(long number) ->
          current(number).ifPresent(one -> drained(one, now));
      case ClientEvent.GateHeld(long number, int running) ->
          current(number).ifPresent(one -> held(one, running));
      case ClientEvent.SnapshotTaken(long number) ->
          current(number).ifPresent(one -> taken(one, now));
    }
  }

  /** After every event: what time brings. */
  void advance(long now) {
    if (round.isPresent() && round.get().isLate(now)) {
      wants.sendAgain();
      open(false, now);
    }
    if (epoch == NO_EPOCH) {
      return;
    }
    if (round.isEmpty() && wants.isWaiting() && wants.isAlone(now) && pacing.mayClose(now)) {
      GateLimits limits = aloneLimits.widened(pacing.doublings());
      begin(GateRound.alone(nextRound(), limits, wants.promisedUntil(now), now));
    }
    wants.due(epoch, now).ifPresent(send);
  }

  /** When something has to happen by itself, if at all. */
  long deadline(long otherwise, long now) {
    if (round.isPresent()) {
      return round.get().until();
    }
    return wants.isWaiting() && wants.isAlone(now)
        ? pacing.mayCloseAt()
        : wants.deadline(otherwise);
  }

  void connected() {
    wants.sendAgain();
  }

  void epochBegan(long began) {
    epoch = began;
    wants.sendAgain();
  }

  /** Whether it is still alone is not known once the lease has lapsed. */
  void lapsed(long now) {
    forgetPromise(now);
    if (round.filter(GateRound::isAlone).isPresent()) {
      open(false, now);
    }
  }

  void epochEnded(long now) {
    epoch = NO_EPOCH;
    forgetPromise(now);
    open(false, now);
  }

  private void forgetPromise(long now) {
    if (wants.isAlone(now)) {
      wants.forgetPromise();
      tell.accept(new ClientEffect.AloneUntil(now));
    }
  }

  private void close(GateClose m, long now) {
    if (isOver(m.window())) {
      refuse(m.window());
    } else if (m.window() > newest) {
      newest = m.window();
      open(false, now);
      begin(GateRound.staged(nextRound(), m.window(), m.limits(), now));
    }
  }

  private void hold(GateHold m, long now) {
    if (isOver(m.window())) {
      refuse(m.window());
    } else if (m.window() > newest) {
      newest = m.window();
      open(false, now);
      begin(GateRound.direct(nextRound(), m.window(), m.limits(), now));
    } else if (round.orElseThrow().stage() == GateRound.Stage.DRAINED) {
      startHolding(round.get(), now);
    }
  }

  private void takeNow(SnapshotNow m) {
    if (isOver(m.window()) || m.window() > newest) {
      refuse(m.window());
      return;
    }
    GateRound one = round.orElseThrow();
    if (one.stage() != GateRound.Stage.HELD) {
      return;
    }
    one.take(m.through());
    if (wants.isWaiting(m.through())) {
      tell.accept(new ClientEffect.TakeSnapshot(one.number(), m.through()));
    } else {
      one.taken();
      send.accept(new SnapshotTaken(one.window(), epoch));
    }
  }

  private void opened(GateOpen m, long now) {
    if (round.filter(one -> one.isOf(m.window())).isPresent()) {
      open(m.valid() && round.get().stage() == GateRound.Stage.TAKEN, now);
    }
    newest = Math.max(newest, m.window());
  }

  private void closed(GateRound one, int running, long now) {
    if (one.stage() != GateRound.Stage.CLOSING) {
      return;
    }
    if (running == 0) {
      drained(one, now);
      return;
    }
    one.waits();
    if (one.isDirect()) {
      refuse(one.window());
      open(false, now);
    }
  }

  private void drained(GateRound one, long now) {
    if (one.stage() != GateRound.Stage.CLOSING) {
      return;
    }
    one.drained();
    if (one.isAlone() || one.isDirect()) {
      startHolding(one, now);
    } else {
      send.accept(new GateDrained(one.window(), epoch, one.hasWaited()));
    }
  }

  private void startHolding(GateRound one, long now) {
    one.hold(now);
    tell.accept(new ClientEffect.HoldGate(one.number()));
  }

  private void held(GateRound one, int running) {
    if (one.stage() != GateRound.Stage.HOLDING) {
      return;
    }
    one.held(running > 0);
    if (one.isAlone()) {
      one.take(wants.waiting());
      tell.accept(new ClientEffect.TakeSnapshot(one.number(), one.through()));
    } else {
      send.accept(new GateHeld(one.window(), epoch, wants.waiting(), running > 0));
    }
  }

  private void taken(GateRound one, long now) {
    if (one.stage() != GateRound.Stage.TAKING) {
      return;
    }
    one.taken();
    if (one.isAlone()) {
      open(!one.isLate(now) && one.isStillAlone(now), now);
    } else {
      send.accept(new SnapshotTaken(one.window(), epoch));
    }
  }

  private void begin(GateRound fresh) {
    round = Optional.of(fresh);
    tell.accept(new ClientEffect.CloseGate(fresh.number()));
  }

  private void open(boolean valid, long now) {
    if (round.isEmpty()) {
      return;
    }
    GateRound ended = round.get();
    round = Optional.empty();
    if (valid) {
      wants.served(ended.through());
    }
    if (ended.isAlone()) {
      pace(ended, valid, now);
    }
    tell.accept(new ClientEffect.OpenGate(ended.number(), valid));
  }

  private void pace(GateRound ended, boolean isServed, long now) {
    GateUse use = ended.use(now);
    if (isServed) {
      pacing.served(use, aloneLimits.pace(), now);
    } else if (ended.isLate(now)) {
      pacing.late(use, aloneLimits.pace(), now);
    } else {
      pacing.failed(use, aloneLimits.pace(), now);
    }
  }

  private void refuse(long window) {
    send.accept(new GateRefused(window, epoch));
  }

  /** Whether the coordinator has opened in this window, or was never part of it. */
  private boolean isOver(long window) {
    return window < newest || (window == newest && round.filter(one -> one.isOf(window)).isEmpty());
  }

  private Optional<GateRound> current(long number) {
    return round.filter(one -> one.number() == number);
  }

  private long nextRound() {
    lastRound++;
    return lastRound;
  }
}
