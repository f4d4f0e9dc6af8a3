package dev.drover.gtm.seat;

import dev.drover.gtm.core.DurableState;
import dev.drover.gtm.core.GtmCore;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmFigures;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.GtmTerms;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A GTM that acts only while it holds the seat, and whose state is on the servers.
 *
 * <p>Each time the seat is won a new {@link GtmCore} starts on the state that was found, as after a
 * restart; it is in force once its first write is durable, since another may have won meanwhile.
 * What it wants done waits until the state of that step is on a majority, and is done only within
 * the lease.
 *
 * <p>Threads: confined to one; no I/O, no clock.
 */
public final class SeatedGtm {
  private final GtmTerms terms;
  private final SeatCore seat;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private List<SeatedEffect> effects = new ArrayList<>();
  private Optional<GtmCore> core = Optional.empty();
  private Optional<SeatedEffect> opening = Optional.empty();
  private long version;

  /** The outcome of a step that is to be durable with this version of the state. */
  private record Pending(long version, GtmEffects outcome) {}

  public SeatedGtm(GtmTerms terms, SeatCore seat) {
    this.terms = terms;
    this.seat = seat;
  }

  /** Something about the seat; a {@link SeatEvent.Tick} is also one for the GTM. */
  public List<SeatedEffect> step(SeatEvent event, long now) {
    effects = new ArrayList<>();
    seatStep(event, now);
    if (event instanceof SeatEvent.Tick && core.isPresent()) {
      coreStep(new GtmEvent.Tick(), now);
    }
    act(now);
    return effects;
  }

  /** Something from a client; nobody hears it unless this is the active GTM. */
  public List<SeatedEffect> step(GtmEvent event, long now) {
    effects = new ArrayList<>();
    seatStep(new SeatEvent.Tick(), now);
    if (core.isPresent()) {
      coreStep(event, now);
    }
    act(now);
    return effects;
  }

  /** By then a {@link SeatEvent.Tick} should come; the given time if nothing is due before. */
  public long deadline(long otherwise, long now) {
    return core.map(active -> active.deadline(otherwise, now)).orElse(otherwise);
  }

  /** Empty while it stands by. */
  public Optional<GtmFigures> figures() {
    return core.map(GtmCore::figures);
  }

  private void seatStep(SeatEvent event, long now) {
    for (SeatEffect effect : seat.step(event, now)) {
      switch (effect) {
        case SeatEffect.Ask(int server, long number, SeatRequest request) ->
            effects.add(new SeatedEffect.Ask(server, number, request));
        case SeatEffect.Won(Ballot ballot, List<GtmRecord> records) -> open(ballot, records, now);
        case SeatEffect.Lost(Ballot ballot) -> {
          close();
          effects.add(new SeatedEffect.Closed(ballot));
        }
        case SeatEffect.Left() -> effects.add(new SeatedEffect.Left());
      }
    }
    if (!seat.isHolding()) {
      close();
    }
  }

  private void open(Ballot ballot, List<GtmRecord> records, long now) {
    DurableState state = new DurableState();
    records.forEach(state::apply);
    core = Optional.of(GtmCore.start(terms, state, now));
    version = 0;
    opening = Optional.of(new SeatedEffect.Opened(ballot, records));
    coreStep(new GtmEvent.Tick(), now);
  }

  private void close() {
    core = Optional.empty();
    pending.clear();
  }

  private void coreStep(GtmEvent event, long now) {
    GtmCore active = core.orElseThrow();
    GtmEffects outcome = active.step(event, now);
    if (!outcome.records().isEmpty()) {
      version = seat.propose(active.snapshot());
      seatStep(new SeatEvent.Tick(), now);
    }
    boolean isSaid = core.isPresent() && core.get() == active;
    if (isSaid && (!outcome.records().isEmpty() || !outcome.effects().isEmpty())) {
      pending.add(new Pending(version, outcome));
    }
  }

  /** What waited no longer than it must, in the order in which it was decided. */
  private void act(long now) {
    OptionalLong until = seat.leaseUntil();
    if (until.isEmpty() || now - until.getAsLong() >= 0) {
      return;
    }
    List<GtmEffects> outcomes = new ArrayList<>();
    while (!pending.isEmpty() && seat.isDurable(pending.peek().version())) {
      outcomes.add(pending.remove().outcome());
    }
    if (!outcomes.isEmpty()) {
      opening.ifPresent(effects::add);
      opening = Optional.empty();
      effects.add(new SeatedEffect.Act(until.getAsLong(), outcomes));
    }
  }
}
