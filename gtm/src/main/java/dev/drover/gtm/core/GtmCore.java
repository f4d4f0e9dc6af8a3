package dev.drover.gtm.core;

import dev.drover.gtm.core.GtmRecord.Applicant;
import dev.drover.gtm.core.GtmRecord.EpochEnded;
import dev.drover.gtm.core.GtmRecord.EpochFenced;
import dev.drover.gtm.core.GtmRecord.EpochGranted;
import dev.drover.gtm.core.GtmRecord.GxidsLeased;
import dev.drover.gtm.core.GtmRecord.Started;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.CatalogStaleAck;
import dev.drover.gtm.protocol.GtmMessage.Done;
import dev.drover.gtm.protocol.GtmMessage.FenceWanted;
import dev.drover.gtm.protocol.GtmMessage.Fenced;
import dev.drover.gtm.protocol.GtmMessage.GxidRange;
import dev.drover.gtm.protocol.GtmMessage.Heartbeat;
import dev.drover.gtm.protocol.GtmMessage.HeartbeatAck;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.LeaseGxids;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.LeaseTerms;
import dev.drover.gtm.protocol.GtmMessage.ListLive;
import dev.drover.gtm.protocol.GtmMessage.Live;
import dev.drover.gtm.protocol.GtmMessage.Nodes;
import dev.drover.gtm.protocol.GtmMessage.PublishBegin;
import dev.drover.gtm.protocol.GtmMessage.PublishEnd;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.RegistrationRefused;
import dev.drover.gtm.protocol.GtmMessage.Release;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.Liveness;
import dev.drover.gtm.protocol.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides everything the GTM decides.
 *
 * <p>An epoch of a coordinator goes through these states, each durable before anyone hears of it:
 *
 * <pre>
 *   event                                   | live          | ended         | fenced
 *   ----------------------------------------+---------------+---------------+--------
 *   Register going on with it               | live          | LeaseLost     | LeaseLost
 *   Heartbeat                               | live          | LeaseLost     | LeaseLost
 *   lease runs out, a newer epoch is given  | ended         | -             | -
 *   Release                                 | fenced        | LeaseLost     | LeaseLost
 *   Fenced reported                         | fenced        | fenced        | fenced
 * </pre>
 *
 * <p>Invariants: no GXID and no epoch is given twice; a name has at most one live epoch; nobody's
 * lease runs out here within one lease length of a start.
 *
 * <p>Threads: confined to one; no I/O, no clock.
 */
public final class GtmCore {
  private static final int MAX_COORDINATORS = 10_000;
  private static final long FENCE_RESEND_NANOS = 1_000_000_000;

  private final GtmTerms terms;
  private final DurableState state;
  private final Outbox outbox;
  private final Links links;
  private final CatalogRounds rounds;
  private final DeadlockDetector detector;
  private final Admission admission;
  private final SnapshotWindows windows;
  private final ClusterPause pause;
  private final Map<Integer, Long> leaseUntil = new HashMap<>();
  private final long settledAt;
  private long fenceResendAt;

  private GtmCore(GtmTerms terms, DurableState state, long now) {
    this.terms = terms;
    this.state = state;
    this.outbox = new Outbox(state);
    this.links = new Links(outbox);
    this.rounds = new CatalogRounds(state, outbox, links, now);
    this.settledAt = now + terms.leaseNanos();
    this.fenceResendAt = now;
    outbox.persist(new Started(state.boot() + 1));
    this.detector = new DeadlockDetector(terms.lockPollNanos(), state.boot(), outbox, links);
    this.admission = new Admission(terms.aloneNanos(), now);
    this.windows = new SnapshotWindows(terms, state, links, admission, now);
    this.pause = new ClusterPause(state, links, terms.leaseNanos(), now);
    for (Registration known : state.coordinators()) {
      leaseUntil.put(known.coordinatorId(), settledAt);
    }
  }

  /**
   * Starts on a recovered state, which it owns from now on. The first step's records include that
   * of the start. Units: now in nanoseconds, monotonic.
   */
  public static GtmCore start(GtmTerms terms, DurableState recovered, long now) {
    return new GtmCore(terms, recovered, now);
  }

  /** Takes one event. The records are to be durable before any effect is carried out. */
  public GtmEffects step(GtmEvent event, long now) {
    endLapsedLeases(now);
    switch (event) {
      case GtmEvent.Connected(long connection, Role role, String name) ->
          connected(connection, role, name);
      case GtmEvent.Disconnected(long connection) -> links.remove(connection);
      case GtmEvent.Received(long connection, GtmMessage.FromClient message) ->
          links.get(connection).ifPresent(link -> received(connection, link, message, now));
      case GtmEvent.Tick() -> {
        admit(now);
        resendFences(now);
      }
      case GtmEvent.LocksPolled polled -> detector.polled(polled, now);
    }
    rounds.advance(now);
    detector.advance(now);
    windows.advance(now);
    pause.advance(now);
    return outbox.take();
  }

  /** By then a {@link GtmEvent.Tick} should come; the given time if nothing is due before. */
  public long deadline(long otherwise, long now) {
    long byWindows = earlier(windows.deadline(otherwise), otherwise, now);
    return earlier(admission.deadline(otherwise), byWindows, now);
  }

  private static long earlier(long due, long otherwise, long now) {
    return due - now > 0 && due - otherwise < 0 ? due : otherwise;
  }

  /** Records from which the state can be recovered. */
  public List<GtmRecord> snapshot() {
    return state.snapshot();
  }

  public GtmFigures figures() {
    List<Registration> live = state.coordinators().stream().filter(Registration::isLive).toList();
    return new GtmFigures(
        live.size(),
        unfenced().size(),
        live.stream().mapToInt(Registration::maxTransactions).sum(),
        state.lastEpoch(),
        state.nextGxid(),
        windows.servedCount(),
        windows.givenUpCount(),
        detector.victims());
  }

  private void endLapsedLeases(long now) {
    for (Registration known : List.copyOf(state.coordinators())) {
      if (known.isLive() && now - leaseUntil.get(known.coordinatorId()) >= 0) {
        end(known);
      }
    }
  }

  private void end(Registration known) {
    outbox.persist(new EpochEnded(known.coordinatorId(), known.epoch()));
    ended(known, false);
  }

  private void ended(Registration known, boolean superseded) {
    int id = known.coordinatorId();
    links.sendToCoordinator(id, new LeaseLost(known.epoch(), superseded));
    detector.forget(id);
    links.sendToAgents(new FenceWanted(known.identity()));
  }

  private void connected(long connection, Role role, String name) {
    links.add(connection, role, name);
    if (role == Role.AGENT) {
      unfenced().forEach(epoch -> outbox.send(connection, new FenceWanted(epoch)));
    }
  }

  private void resendFences(long now) {
    if (now - fenceResendAt >= 0) {
      fenceResendAt = now + FENCE_RESEND_NANOS;
      unfenced().forEach(epoch -> links.sendToAgents(new FenceWanted(epoch)));
    }
  }

  private void received(long connection, Links.Link link, GtmMessage.FromClient message, long now) {
    switch (message) {
      case Hello _ -> throw new IllegalStateException("the handshake is over");
      case Register m -> register(connection, link, m, now);
      case Heartbeat m -> heartbeat(connection, link, m, now);
      case Release m -> release(connection, link, m);
      case LeaseGxids m ->
          live(connection, link, m.epoch()).ifPresent(_ -> leaseGxids(connection, m));
      case PublishBegin m ->
          live(connection, link, m.epoch()).ifPresent(known -> rounds.begin(known, m.publish()));
      case PublishEnd m ->
          live(connection, link, m.epoch())
              .ifPresent(known -> rounds.end(known, m.publish(), m.changed(), now));
      case CatalogStaleAck m ->
          live(connection, link, m.epoch()).ifPresent(known -> rounds.ack(known, m.version()));
      case WaitReport m ->
          live(connection, link, m.epoch()).ifPresent(known -> detector.report(known, m, now));
      case Nodes m -> detector.useNodes(m.nodes());
      case ListLive m -> outbox.send(connection, new Live(m.request(), liveness(now)));
      case Fenced m -> fenced(connection, m);
      case GtmMessage.GateRequest m ->
          live(connection, link, m.epoch())
              .ifPresent(known -> windows.received(m, known.identity(), now));
      case GtmMessage.PauseRequest m ->
          live(connection, link, m.epoch())
              .ifPresent(known -> pause.received(m, known.identity(), now));
    }
  }

  /** Who had to wait with its registration. */
  private void admit(long now) {
    admission
        .takeAdmitted(now)
        .ifPresent(
            entry ->
                links
                    .get(entry.getKey())
                    .ifPresent(link -> register(entry.getKey(), link, entry.getValue(), now)));
  }

  private void register(long connection, Links.Link link, Register m, long now) {
    if (link.role() != Role.COORDINATOR) {
      outbox.send(connection, new RegistrationRefused("only a coordinator can hold a lease"));
      return;
    }
    Optional<Registration> known = state.coordinator(link.name());
    if (m.previousEpoch() > state.lastEpoch()) {
      outbox.send(connection, new RegistrationRefused("this gtm has lost its state"));
      return;
    }
    if (m.previousEpoch() != 0) {
      live(connection, link, m.previousEpoch()).ifPresent(own -> grant(connection, own, m, now));
      return;
    }
    boolean isSameProcess =
        known.filter(own -> own.applicant().incarnation() == m.incarnation()).isPresent();
    if (isSameProcess && known.get().isLive()) {
      grant(connection, known.get(), m, now);
    } else if (!isSameProcess || m.attempt() > known.get().applicant().attempt()) {
      newEpoch(connection, link, m, now);
    }
  }

  private void newEpoch(long connection, Links.Link link, Register m, long now) {
    if (!admission.isOpen(now) || pause.isOn()) {
      admission.await(connection, m);
      return;
    }
    Optional<Registration> known = state.coordinator(link.name());
    int free = terms.maxTransactions() - grantedToOthers(link.name());
    if (free < 1 || (known.isEmpty() && state.lastCoordinatorId() >= MAX_COORDINATORS)) {
      outbox.send(
          connection,
          new RegistrationRefused("the other coordinators hold all transactions of the cluster"));
      return;
    }
    EpochGranted granted =
        new EpochGranted(
            known.map(Registration::coordinatorId).orElse(state.lastCoordinatorId() + 1),
            link.name(),
            state.lastEpoch() + 1,
            new Applicant(m.incarnation(), m.attempt()),
            Math.min(free, terms.maxTransactionsPerCoordinator()));
    outbox.persist(granted);
    known.filter(Registration::isLive).ifPresent(old -> ended(old, true));
    grant(connection, state.coordinator(link.name()).orElseThrow(), m, now);
  }

  /** What is granted to a name passes to its next epoch, so the name's own share is free. */
  private int grantedToOthers(String name) {
    return state.coordinators().stream()
        .filter(other -> other.holdsGrant() && !other.name().equals(name))
        .mapToInt(Registration::maxTransactions)
        .sum();
  }

  private void grant(long connection, Registration known, Register m, long now) {
    extend(connection, known, now);
    outbox.send(
        connection,
        new Registered(
            m.incarnation(),
            m.attempt(),
            known.identity(),
            new LeaseTerms(terms.leaseMillis(), known.maxTransactions()),
            state.catalog()));
  }

  private void heartbeat(long connection, Links.Link link, Heartbeat m, long now) {
    if (m.epoch() == 0) {
      outbox.send(connection, new HeartbeatAck(m.sequence(), 0, state.catalog()));
      return;
    }
    live(connection, link, m.epoch())
        .ifPresent(
            known -> {
              extend(connection, known, now);
              outbox.send(connection, new HeartbeatAck(m.sequence(), m.epoch(), state.catalog()));
            });
  }

  private void extend(long connection, Registration known, long now) {
    links.heard(known.coordinatorId(), connection);
    leaseUntil.merge(known.coordinatorId(), now + terms.leaseNanos(), Math::max);
  }

  private void release(long connection, Links.Link link, Release m) {
    live(connection, link, m.epoch())
        .ifPresent(
            known -> {
              boolean leavesNothing = known.unfenced().isEmpty();
              outbox.persist(new EpochEnded(known.coordinatorId(), known.epoch()));
              if (leavesNothing) {
                outbox.persist(new EpochFenced(known.coordinatorId(), known.epoch()));
              }
              detector.forget(known.coordinatorId());
              outbox.send(connection, new Done(m.request()));
            });
  }

  private void leaseGxids(long connection, LeaseGxids m) {
    long from = state.nextGxid();
    long toExclusive = from + terms.gxidRangeSize();
    outbox.persist(new GxidsLeased(toExclusive));
    outbox.send(connection, new GxidRange(m.request(), from, toExclusive));
  }

  private void fenced(long connection, Fenced m) {
    state
        .coordinator(m.epoch().coordinatorId())
        .ifPresent(
            known -> {
              long through = Math.min(m.epoch().epoch(), known.epoch());
              if (known.isLive(through)) {
                end(known);
              }
              if (through > known.fencedThrough()) {
                outbox.persist(new EpochFenced(known.coordinatorId(), through));
              }
            });
    outbox.send(connection, new Done(m.request()));
  }

  private Liveness liveness(long now) {
    List<CoordinatorEpoch> live =
        state.coordinators().stream()
            .filter(Registration::isLive)
            .map(Registration::identity)
            .toList();
    return new Liveness(now - settledAt >= 0, live, unfenced());
  }

  private List<CoordinatorEpoch> unfenced() {
    return state.coordinators().stream().flatMap(known -> known.unfenced().stream()).toList();
  }

  /** The coordinator of this connection if that is its live epoch; else it is told it is not. */
  private Optional<Registration> live(long connection, Links.Link link, long epoch) {
    Optional<Registration> known =
        link.role() == Role.COORDINATOR ? state.coordinator(link.name()) : Optional.empty();
    Optional<Registration> live = known.filter(own -> own.isLive(epoch));
    if (live.isEmpty()) {
      boolean superseded = known.filter(own -> own.isLive() && own.epoch() > epoch).isPresent();
      outbox.send(connection, new LeaseLost(epoch, superseded));
    }
    return live;
  }
}
