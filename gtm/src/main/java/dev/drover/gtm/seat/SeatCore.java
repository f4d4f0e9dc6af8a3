package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.seat.SeatRequest.Accept;
import dev.drover.gtm.seat.SeatRequest.Leave;
import dev.drover.gtm.seat.SeatRequest.Look;
import dev.drover.gtm.seat.SeatRequest.Promise;
import dev.drover.gtm.seat.ServerView.Question;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
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
 * <p>Which servers have a say is part of the state. The holder makes them those that this GTM was
 * told to ask, once it has heard of all of them: a server that comes back without its row has
 * another incarnation, has no say at first, and takes the old one's place. Who has once seen the
 * seat founded never founds it, however few of its servers know of it now.
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

  private final Candidate candidate;
  private final SeatTimes times;
  private final RandomGenerator random;
  private final List<ServerView> servers;
  private List<SeatEffect> effects = new ArrayList<>();
  private Phase phase;
  private long lastNumber;
  private long lastTerm;
  private boolean hasSeenItFounded;

  private sealed interface Phase {
    /** Others are left alone until then. */
    record Watching(long notBefore) implements Phase {}

    /** Promises are those of incarnations. */
    record Standing(Ballot ballot, long until, Map<Long, Stored> promises) implements Phase {}

    /** Without answers of a majority of these members it has until then. */
    record Holding(Stored stored, long until) implements Phase {}

    record Leaving(Stored last, Set<Long> told) implements Phase {}

    record Gone() implements Phase {}
  }

  /**
   * @param servers how many there are
   */
  public SeatCore(
      int servers, Candidate candidate, SeatTimes times, RandomGenerator random, long now) {
    this.candidate = candidate;
    this.times = times;
    this.random = random;
    this.servers = Stream.generate(() -> new ServerView(now)).limit(servers).toList();
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
    Stored next = new Stored(last.ballot(), last.version() + 1, last.members(), records);
    phase = new Phase.Holding(next, until);
    return next.version();
  }

  public boolean isHolding() {
    return phase instanceof Phase.Holding;
  }

  /** Whether this state of the present holder, or a later one, is on a majority. */
  public boolean isDurable(long version) {
    return phase instanceof Phase.Holding(Stored stored, long _)
        && decide(
            stored.members(),
            server ->
                server.written(stored.ballot()).filter(w -> w.version() >= version).isPresent());
  }

  /** Until when the holder may act, by its own clock; empty before the first write counts. */
  public OptionalLong leaseUntil() {
    if (!(phase instanceof Phase.Holding(Stored stored, long _))) {
      return OptionalLong.empty();
    }
    Ballot ballot = stored.ballot();
    OptionalLong latest = OptionalLong.empty();
    for (ServerView server : servers) {
      Optional<ServerView.Written> written = server.written(ballot);
      if (written.isEmpty()) {
        continue;
      }
      long until = written.get().sentAt() + times.usableNanos();
      boolean isLater = latest.isEmpty() || until - latest.getAsLong() > 0;
      if (isLater && isWrittenSince(written.get().sentAt(), stored)) {
        latest = OptionalLong.of(until);
      }
    }
    return latest;
  }

  /** At this moment or later, on a majority. */
  private boolean isWrittenSince(long moment, Stored stored) {
    return decide(stored.members(), server -> server.hasWritten(stored.ballot(), moment));
  }

  private boolean decide(Members members, Predicate<ServerView> which) {
    Set<Long> some = new HashSet<>();
    for (ServerView server : servers) {
      if (which.test(server)) {
        server.incarnation().ifPresent(some::add);
      }
    }
    return members.isQuorum(some);
  }

  private void answered(int server, Question question, SeatAnswer answer, long now) {
    ServerView view = servers.get(server);
    view.saw(answer.seat(), now);
    hasSeenItFounded |= answer.seat().stored().members().isFounded();
    switch (question.request()) {
      case Look _ -> {}
      case Promise(Ballot ballot, long _) -> promised(ballot, answer, now);
      case Accept(Stored stored) -> {
        if (answer.done()) {
          view.wrote(stored, question, answer.seat());
        } else if (phase instanceof Phase.Holding(Stored present, long _)
            && answer.seat().promised().compareTo(present.ballot()) > 0) {
          lose(now);
        }
      }
      case Leave _ -> {
        if (phase instanceof Phase.Leaving(Stored _, Set<Long> told)) {
          told.add(answer.seat().incarnation());
        }
      }
    }
  }

  private void promised(Ballot ballot, SeatAnswer answer, long now) {
    if (!(phase instanceof Phase.Standing standing) || !standing.ballot().equals(ballot)) {
      return;
    }
    if (answer.done()) {
      standing.promises().put(answer.seat().incarnation(), answer.seat().stored());
    } else if (answer.seat().promised().compareTo(ballot) > 0) {
      watch(now);
    }
  }

  private void leave() {
    if (phase instanceof Phase.Holding(Stored stored, long _)) {
      phase = new Phase.Leaving(stored, new HashSet<>());
      return;
    }
    effects.add(new SeatEffect.Left());
    phase = new Phase.Gone();
  }

  private void advance(long now) {
    switch (phase) {
      case Phase.Watching(long notBefore) -> {
        look(now, _ -> true);
        if (now - notBefore >= 0 && decide(electorate(now), server -> server.isFree(times, now))) {
          stand(now);
        }
      }
      case Phase.Standing standing -> canvass(standing, now);
      case Phase.Holding holding -> hold(holding, now);
      case Phase.Leaving(Stored last, Set<Long> told) -> say(last, told, now);
      case Phase.Gone() -> {}
    }
  }

  /** Who decides, as far as this GTM has seen; nobody if the seat must not be founded by it now. */
  private Members electorate(long now) {
    Members known = newest(seenStates()).members();
    boolean mayFound =
        !hasSeenItFounded
            && candidate.founds().isPresent()
            && servers.stream().allMatch(server -> server.isFree(times, now));
    return mayFound ? Members.of(incarnations()) : known;
  }

  private Stream<Stored> seenStates() {
    return servers.stream().flatMap(server -> server.seen().stream()).map(Seat::stored);
  }

  private static Stored newest(Stream<Stored> states) {
    return states.max(Comparator.naturalOrder()).orElse(Stored.NOTHING);
  }

  private Set<Long> incarnations() {
    return servers.stream()
        .flatMap(server -> server.incarnation().stream())
        .collect(Collectors.toSet());
  }

  private void look(long now, Predicate<ServerView> which) {
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      if (which.test(view) && view.isIdle(now) && view.isDue(now)) {
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
    Ballot ballot = new Ballot(lastTerm, candidate.number());
    Phase.Standing standing =
        new Phase.Standing(ballot, now + times.leaseNanos() / 2, new HashMap<>());
    phase = standing;
    canvass(standing, now);
  }

  private void canvass(Phase.Standing standing, long now) {
    Map<Long, Stored> promises = standing.promises();
    Stored newest = newest(promises.values().stream());
    boolean isNew = !newest.members().isFounded();
    Members members = isNew ? electorate(now) : newest.members();
    if (members.isQuorum(promises.keySet()) && (!isNew || isUnfounded())) {
      // What was written before seats said who their members are was on a majority of all servers.
      boolean isFirst = newest.equals(Stored.NOTHING);
      List<GtmRecord> records = isFirst ? candidate.founds().orElseThrow() : newest.records();
      win(standing.ballot(), members, records, now);
      return;
    }
    if (now - standing.until() >= 0) {
      watch(now);
      return;
    }
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      if (!hasPromised(view, promises) && view.isIdle(now) && view.isFree(times, now)) {
        long beat = view.seen().orElseThrow().beat();
        ask(i, new Promise(standing.ballot(), beat), now, times.lookNanos());
      }
    }
    look(now, view -> !hasPromised(view, promises));
  }

  private boolean isUnfounded() {
    return seenStates().noneMatch(state -> state.members().isFounded());
  }

  private static boolean hasPromised(ServerView view, Map<Long, Stored> promises) {
    return view.incarnation().filter(promises::containsKey).isPresent();
  }

  private void win(Ballot ballot, Members members, List<GtmRecord> records, long now) {
    phase = new Phase.Holding(new Stored(ballot, 0, members, records), now + times.leaseNanos());
    effects.add(new SeatEffect.Won(ballot, records));
  }

  private void hold(Phase.Holding holding, long now) {
    long until = leaseUntil().orElse(holding.until());
    if (now - until >= 0) {
      lose(now);
      return;
    }
    Stored stored = withMembers(holding.stored(), now);
    // What is written under the members before counts for as long as it did.
    phase = new Phase.Holding(stored, until);
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      boolean isMember = view.incarnation().filter(stored.members()::contains).isPresent();
      boolean isBehind =
          view.written(stored.ballot()).filter(w -> w.version() >= stored.version()).isEmpty();
      if (isMember && stored.version() > 0 && view.isIdle(now) && (isBehind || view.isDue(now))) {
        ask(i, new Accept(stored), now, times.beatNanos());
      }
    }
    look(now, view -> view.incarnation().filter(stored.members()::contains).isEmpty());
  }

  /** The next step of a change of members, if one is due and the last one is durable. */
  private Stored withMembers(Stored stored, long now) {
    boolean isSettled = stored.version() > 0 && isDurable(stored.version());
    boolean isComplete =
        servers.stream().allMatch(server -> server.isHeardOf(times.leaseNanos() / 2, now));
    Set<Long> wanted = incarnations();
    boolean isChanging = stored.members().groups().size() > 1;
    if (!isSettled || !(isChanging || isComplete) || wanted.size() < servers.size()) {
      return stored;
    }
    Members next = stored.members().towards(wanted);
    return next.equals(stored.members())
        ? stored
        : new Stored(stored.ballot(), stored.version() + 1, next, stored.records());
  }

  private void say(Stored last, Set<Long> told, long now) {
    if (last.members().isQuorum(told)) {
      effects.add(new SeatEffect.Left());
      phase = new Phase.Gone();
      return;
    }
    for (int i = 0; i < servers.size(); i++) {
      ServerView view = servers.get(i);
      boolean isTold = view.incarnation().filter(told::contains).isPresent();
      if (!isTold && view.isIdle(now)) {
        ask(i, new Leave(last.ballot()), now, times.lookNanos());
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
