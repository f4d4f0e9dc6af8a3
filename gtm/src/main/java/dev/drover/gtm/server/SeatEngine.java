package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmFigures;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.log.GtmLog;
import dev.drover.gtm.quorum.SeatServer;
import dev.drover.gtm.seat.Ballot;
import dev.drover.gtm.seat.Candidate;
import dev.drover.gtm.seat.SeatCore;
import dev.drover.gtm.seat.SeatEvent;
import dev.drover.gtm.seat.SeatTimes;
import dev.drover.gtm.seat.SeatedEffect;
import dev.drover.gtm.seat.SeatedGtm;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several GTMs: stands by, and acts while it holds the seat.
 *
 * <p>What is sent is sent within the lease: the clock is read before each message.
 *
 * <p>Threads: confined to the core's thread; answers of the servers come from theirs.
 */
final class SeatEngine implements Engine {
  private static final Logger log = LoggerFactory.getLogger(SeatEngine.class);

  private static final long LEAVE_NANOS = 1_000_000_000;
  private static final long LEAVE_LOOK_NANOS = 10_000_000;

  private final List<SeatServer> servers;
  private final Inbox inbox;
  private final Outlet outlet;
  private final SeatedGtm gtm;
  private final Queue<SeatEvent> answers = new ConcurrentLinkedQueue<>();
  private final Set<Integer> silent = ConcurrentHashMap.newKeySet();
  private Optional<GtmLog> origin;
  private boolean hasLeft;

  private SeatEngine(
      GtmTerms terms,
      List<SeatServer> servers,
      Optional<GtmLog> origin,
      Inbox inbox,
      Outlet outlet) {
    this.servers = servers;
    this.origin = origin;
    this.inbox = inbox;
    this.outlet = outlet;
    outlet.connections().standBy();
    SecureRandom random = new SecureRandom();
    Candidate candidate =
        new Candidate(
            1 + random.nextLong(Long.MAX_VALUE - 1),
            origin.map(known -> known.recovered().snapshot()));
    SeatCore seat =
        new SeatCore(servers.size(), candidate, SeatTimes.DEFAULT, random, System.nanoTime());
    this.gtm = new SeatedGtm(terms, seat);
  }

  static SeatEngine open(GtmTerms terms, Keeping.OnServers keeping, Inbox inbox, Outlet outlet)
      throws IOException {
    Optional<Path> from = keeping.origin().filter(directory -> !GtmLog.hasMoved(directory));
    Optional<GtmLog> origin =
        from.isPresent() ? Optional.of(GtmLog.open(from.get())) : Optional.empty();
    return new SeatEngine(terms, keeping.servers(), origin, inbox, outlet);
  }

  @Override
  public void start() throws IOException {
    take(List.of(new GtmEvent.Tick()));
  }

  @Override
  public void take(List<GtmEvent> batch) throws IOException {
    takeAnswers();
    for (GtmEvent event : batch) {
      carryOut(
          event instanceof GtmEvent.Tick
              ? gtm.step(new SeatEvent.Tick(), System.nanoTime())
              : gtm.step(event, System.nanoTime()));
    }
  }

  @Override
  public long deadline(long otherwise, long now) {
    return gtm.deadline(otherwise, now);
  }

  @Override
  public Optional<GtmFigures> figures() {
    return outlet.connections().isServing() ? gtm.figures() : Optional.empty();
  }

  /** Whoever stands by need not wait for the end of the lease. */
  @Override
  public void close() throws IOException {
    outlet.connections().standBy();
    try {
      leave();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      servers.forEach(SeatServer::close);
      if (origin.isPresent()) {
        origin.get().close();
      }
    }
  }

  private void leave() throws IOException, InterruptedException {
    long end = System.nanoTime() + LEAVE_NANOS;
    carryOut(gtm.step(new SeatEvent.Leave(), System.nanoTime()));
    while (!hasLeft && System.nanoTime() - end < 0) {
      inbox.take(LEAVE_LOOK_NANOS);
      takeAnswers();
      carryOut(gtm.step(new SeatEvent.Tick(), System.nanoTime()));
    }
  }

  private void takeAnswers() throws IOException {
    for (SeatEvent answer = answers.poll(); answer != null; answer = answers.poll()) {
      carryOut(gtm.step(answer, System.nanoTime()));
    }
  }

  private void carryOut(List<SeatedEffect> effects) throws IOException {
    for (SeatedEffect effect : effects) {
      switch (effect) {
        case SeatedEffect.Ask ask -> ask(ask);
        case SeatedEffect.Opened(Ballot ballot, var _) -> {
          log.info("event=gtm_active term={}", ballot.term());
          leaveOrigin();
          outlet.connections().serve();
        }
        case SeatedEffect.Act(long until, List<GtmEffects> outcomes) ->
            outcomes.forEach(outcome -> outcome.effects().forEach(each -> act(each, until)));
        case SeatedEffect.Closed(Ballot ballot) -> {
          if (outlet.connections().isServing()) {
            log.warn("event=gtm_stands_by term={}", ballot.term());
          }
          outlet.connections().standBy();
        }
        case SeatedEffect.Left() -> hasLeft = true;
      }
    }
  }

  /** The state is on the servers, this one's or a later one. */
  private void leaveOrigin() throws IOException {
    if (origin.isPresent()) {
      origin.get().moved();
      origin.get().close();
      origin = Optional.empty();
    }
  }

  /** A message that would come too late is as if it had been lost on its way. */
  private void act(GtmEffect effect, long until) {
    if (effect instanceof GtmEffect.PollLocks || System.nanoTime() - until < 0) {
      outlet.carryOut(effect);
    }
  }

  private void ask(SeatedEffect.Ask ask) {
    int server = ask.server();
    var _ =
        servers
            .get(server)
            .ask(ask.request())
            .whenComplete(
                (answer, failure) -> {
                  answers.add(
                      failure == null
                          ? new SeatEvent.Answered(server, ask.number(), answer)
                          : new SeatEvent.Failed(server, ask.number()));
                  note(server, Optional.ofNullable(failure));
                  inbox.putReserved(new GtmEvent.Tick());
                });
  }

  /** Once for each time that a server falls silent. Threads: any. */
  private void note(int server, Optional<Throwable> failure) {
    if (failure.isPresent() && silent.add(server)) {
      log.warn(
          "event=gtm_seat_unanswered node={} reason=\"{}\"",
          servers.get(server),
          failure.get().getMessage());
    } else if (failure.isEmpty() && silent.remove(server)) {
      log.info("event=gtm_seat_answered node={}", servers.get(server));
    }
  }
}
