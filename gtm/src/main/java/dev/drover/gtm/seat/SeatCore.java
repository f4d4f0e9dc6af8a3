package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.seat.SeatRequest.Accept;
import dev.drover.gtm.seat.SeatRequest.Leave;
import dev.drover.gtm.seat.SeatRequest.Look;
import dev.drover.gtm.seat.SeatRequest.Promise;
import dev.drover.gtm.seat.ServerView.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Decides whether this GTM holds the seat of the active one.
 *
 * <pre>
 *   phase    | a majority is free | a majority promised | lease runs out, refused | Leave
 *   ---------+--------------------+---------------------+-------------------------+--------
 *   watching | standing           | -                   | -                       | gone
 *   standing | -                  | holding: Won        | watching                | gone
 *   holding  | -                  | -                   | watching: Lost          | leaving
 *   leaving  | -                  | gone: Left          | -                       | -
 * </pre>
 *
 * <p>The servers are acceptors in the sense of Paxos, and the value is the GTM's whole durable
 * state, written anew with each change: who wins takes over the highest state that it finds on a
 * majority, and that contains every state that was durable. Each write is also the holder's lease,
 * which counts from when the write was sent. A standby asks a server for its promise only if it has
 * seen no write there for a whole lease, on its own clock and on condition that none comes
 * meanwhile; two majorities have a server in common.
 *
 * <p>Invariant: a holder's lease ends on its own clock before another wins the seat.
 *
 * <p>Source: L. Lamport, Paxos Made Simple (2001); D. Rystsov, CASPaxos (2018), for the value that
 * is rewritten as a whole.
 *
 * <p>Threads: confined to one; no I/O, no clock.
 */
public final class SeatCore {
  private static final long MIN_PAUSE_NANOS = 20_000_000;

  private final long candidate;
  private final SeatTimes times;
  private final RandomGenerator random;
  private final List<ServerView> servers;
  private final int majority;
  private List<SeatEffect> effects = new ArrayList<>();
  private Phase phase;
  private long lastNumber;
  private long lastTerm;

  private sealed interface Phase {
    /** Others are left alone until then. */
    record Watching(long notBefore) implements Phase {}

    record Standing(Ballot ballot, long until, Map<Integer, Stored> promises) implements Phase {}

    /** Without a majority's first answers it has until then. */
    record Holding(Stored stored, long until) implements Phase {}

    record Leaving(Ballot ballot, Set<Integer> told) implements Phase {}

    record Gone() implements Phase {}
  }

  /**
   * @param servers how many there are
   * @param candidate a positive number that no other process has drawn
   */
  public SeatCore(int servers, long candidate, SeatTimes times, RandomGenerator random, long now) {
    this.candidate = candidate;
    this.times = times;
    this.random = random;
    this.servers = Stream.generate(() -> new ServerView(now)).limit(servers).toList();
    this.majority = servers / 2 + 1;
    this.phase = new Phase.Watching(now);
  }

  /** Takes one event and says what is to be done. Units: now in nanoseconds, monotonic. */
  public List<SeatEffect> step(SeatEvent event, long now) {
    effects = new ArrayList<>();
    switch (event) {
      case SeatEvent.Tick() -> {}
      case SeatEvent.Answered(int server, long number, SeatAnswer answer) ->
          servers
              .get(server)
              .take(number)
              .ifPresent(question -> answered(server, question, answer, now));
      case SeatEvent.Failed(int server, long number) ->
          servers
              .get(server)
              .take(number)
              .ifPresent(_ -> servers.get(server).failed(now, now + times.retryNanos()));
      case SeatEvent.Leave() -> leave();
    }
    advance(now);
    return effects;
  }

  /** The holder's new state, in place of the last; returns its version. A step has to follow. */
  public long propose(List<GtmRecord> records) {
    if (!(phase instanceof Phase.Holding(Stored last, long until))) {
      throw new IllegalStateException("only the holder of the seat writes");
    }
    Stored next = new Stored(last.ballot(), last.version() + 1, records);
    phase = new Phase.Holding(next, until);
    return next.version();
  }

  public boolean isHolding() {
    return phase instanceof Phase.Holding;
  }

  /** Whether this state of the present holder, or a later one, is on a majority. */
  public boolean isDurable(long version) {
    return phase instanceof Phase.Holding(Stored stored, long _)
        && servers.stream()
                .flatMap(server -> server.written(stored.ballot()).stream())
                .filter(written -> written.version() >= version)
                .count()
            >= majority;
  }

  /** Until when the holder may act, by its own clock; empty before the first write counts. */
  public OptionalLong leaseUntil() {
    if (!(phase instanceof Phase.Holding(Stored stored, long _))) {
      return OptionalLong.empty();
    }
    // Written at this moment or later on a majority.
    return servers.stream()
        .flatMap(server -> server.written(stored.ballot()).stream())
        .map(ServerView.Written::sentAt)
        .sorted((a, b) -> Long.signum(b - a))
        .skip(majority - 1L)
        .mapToLong(sentAt -> sentAt + times.usableNanos())
        .findFirst();
  }

  private void answered(int server, Question question, SeatAnswer answer, long now) {
    ServerView view = servers.get(server);
    view.saw(answer.seat(), now);
    switch (question.request()) {
      case Look _ -> {}
      case Promise(Ballot ballot, long _) -> promised(server, ballot, answer, now);
      case Accept(Stored stored) -> {
        if (answer.done()) {
          view.wrote(stored, question, answer.seat());
        } else if (phase instanceof Phase.Holding(Stored present, long _)
            && answer.seat().promised().compareTo(present.ballot()) > 0) {
          lose(now);
        }
      }
      case Leave _ -> {
        if (phase instanceof Phase.Leaving(Ballot _, Set<Integer> told)) {
          told.add(server);
        }
      }
    }
  }

  private void promised(int server, Ballot ballot, SeatAnswer answer, long now) {
    if (!(phase instanceof Phase.Standing standing) || !standing.ballot().equals(ballot)) {
      return;
    }
    if (answer.done()) {
      standing.promises().put(server, answer.seat().stored());
    } else if (answer.seat().promised().compareTo(ballot) > 0) {
      watch(now);
    }
  }

  private void leave() {
    if (phase instanceof Phase.Holding(Stored stored, long _)) {
      phase = new Phase.Leaving(stored.ballot(), new HashSet<>());
      return;
    }
    effects.add(new SeatEffect.Left());
    phase = new Phase.Gone();
  }

  private void advance(long now) {
    switch (phase) {
      case Phase.Watching(long notBefore) -> {
        look(now, Set.of());
        if (now - notBefore >= 0 && freeCount(now) >= majority) {
          stand(now);
        }
      }
      case Phase.Standing standing -> canvass(standing, now);
      case Phase.Holding holding -> hold(holding, now);
      case Phase.Leaving(Ballot ballot, Set<Integer> told) -> say(ballot, told, now);
      case Phase.Gone() -> {}
    }
  }

  private long freeCount(long now) {
    return servers.stream().filter(server -> server.isFree(times, now)).count();
  }

  private void look(long now, Set<Integer> butNot) {
    for (int i = 0; i < servers.size(); i++) {
      if (!butNot.contains(i) && servers.get(i).isIdle(now) && servers.get(i).isDue(now)) {
        ask(i, new Look(), now, times.lookNanos());
      }
    }
  }

  private void stand(long now) {
    long term =
        servers.stream()
            .flatMap(server -> server.seen().stream())
            .mapToLong(seat -> seat.promised().term())
            .max()
            .orElse(0);
    lastTerm = Math.max(lastTerm, term) + 1;
    Ballot ballot = new Ballot(lastTerm, candidate);
    Phase.Standing standing =
        new Phase.Standing(ballot, now + times.leaseNanos() / 2, new HashMap<>());
    phase = standing;
    canvass(standing, now);
  }

  private void canvass(Phase.Standing standing, long now) {
    Map<Integer, Stored> promises = standing.promises();
    if (promises.size() >= majority) {
      win(standing.ballot(), promises, now);
      return;
    }
    if (now - standing.until() >= 0) {
      watch(now);
      return;
    }
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      if (!promises.containsKey(i) && view.isIdle(now) && view.isFree(times, now)) {
        long beat = view.seen().orElseThrow().beat();
        ask(i, new Promise(standing.ballot(), beat), now, times.lookNanos());
      }
    }
    look(now, promises.keySet());
  }

  private void win(Ballot ballot, Map<Integer, Stored> promises, long now) {
    Stored newest = promises.values().stream().max(Stored::compareTo).orElseThrow();
    phase = new Phase.Holding(new Stored(ballot, 0, newest.records()), now + times.leaseNanos());
    effects.add(new SeatEffect.Won(ballot, newest.records()));
  }

  private void hold(Phase.Holding holding, long now) {
    if (now - leaseUntil().orElse(holding.until()) >= 0) {
      lose(now);
      return;
    }
    Stored stored = holding.stored();
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      boolean isBehind =
          view.written(stored.ballot()).filter(w -> w.version() >= stored.version()).isEmpty();
      if (stored.version() > 0 && view.isIdle(now) && (isBehind || view.isDue(now))) {
        ask(i, new Accept(stored), now, times.beatNanos());
      }
    }
  }

  private void say(Ballot ballot, Set<Integer> told, long now) {
    if (told.size() >= majority) {
      effects.add(new SeatEffect.Left());
      phase = new Phase.Gone();
      return;
    }
    for (int i = 0; i < servers.size(); i++) {
      if (!told.contains(i) && servers.get(i).isIdle(now)) {
        ask(i, new Leave(ballot), now, times.lookNanos());
      }
    }
  }

  private void lose(long now) {
    if (phase instanceof Phase.Holding(Stored stored, long _)) {
      effects.add(new SeatEffect.Lost(stored.ballot()));
    }
    watch(now);
  }

  /** Those who stood at the same time do not try again at the same time. */
  private void watch(long now) {
    phase = new Phase.Watching(now + MIN_PAUSE_NANOS + random.nextLong(times.lookNanos()));
    servers.forEach(server -> server.makeDue(now));
  }

  private void ask(int server, SeatRequest request, long now, long againAfter) {
    lastNumber++;
    servers.get(server).asked(new Question(lastNumber, request, now), now + againAfter);
    effects.add(new SeatEffect.Ask(server, lastNumber, request));
  }
}
