package dev.drover.coordinator.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.HeartbeatAck;
import dev.drover.gtm.protocol.GtmMessage.Live;
import dev.drover.gtm.protocol.GtmMessage.PublishReady;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.VictimChosen;
import dev.drover.gtm.protocol.Liveness;
import dev.drover.gtm.seat.Ballot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold in every run, whatever goes wrong. */
final class Invariants {
  /** A verdict may be this old when it is sent. */
  private static final long MAX_VERDICT_AGE = 3 * Simulation.SECONDS;

  /** Two seconds on the fastest clock that a GTM has. */
  private static final long DYING =
      2 * Simulation.SECONDS * 1000 / (1000 + SimulatedGtm.MAX_DRIFT_PER_MILLE);

  private final Simulation simulation;
  private final Set<Long> drawn = new HashSet<>();
  private final Map<Long, Integer> coordinatorOfEpoch = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();
  private final Map<Integer, Long> fencedThrough = new HashMap<>();
  private final Set<CoordinatorEpoch> saidDead = new HashSet<>();
  private final Map<Long, Long> grantedAt = new HashMap<>();
  private final Map<TransactionName, SimulatedTransaction> transactions = new HashMap<>();
  private final Map<SimulatedTransaction, Verdict> victims = new HashMap<>();
  private final Set<SimulatedTransaction> everVictims = new HashSet<>();
  private long victimCount;
  private Ballot lastToAct = Ballot.NONE;
  private long lastEpoch;
  private long readyRound;
  private long openRound;
  private long brokenAt = -MAX_VERDICT_AGE;
  private int lastPid;
  private long lastGxid;
  private long publishCount;
  private long gtmStartedAt;
  private long pauseCount;
  private long resolvedCount;

  Invariants(Simulation simulation) {
    this.simulation = simulation;
  }

  long gxidCount() {
    return drawn.size();
  }

  long endedCount() {
    return ended.size();
  }

  long victimCount() {
    return victimCount;
  }

  long publishCount() {
    return publishCount;
  }

  long grantedAt(long epoch) {
    return grantedAt.getOrDefault(epoch, 0L);
  }

  long gtmStartedAt() {
    return gtmStartedAt;
  }

  /** The cluster has been paused. */
  void paused() {
    pauseCount++;
  }

  long pauseCount() {
    return pauseCount;
  }

  /** So many transactions in doubt were finished by a resolver, or could not be. */
  void resolved(int count) {
    resolvedCount += count;
  }

  long resolvedCount() {
    return resolvedCount;
  }

  int nextPid() {
    lastPid++;
    return lastPid;
  }

  /** Of a write. */
  long nextGxid() {
    lastGxid++;
    return lastGxid;
  }

  void drawn(long gxid) {
    if (!drawn.add(gxid)) {
      fail("gxid %s is drawn twice", gxid);
    }
  }

  void began(SimulatedTransaction transaction) {
    transactions.put(new TransactionName(transaction.epoch(), transaction.number()), transaction);
  }

  void fenced(CoordinatorEpoch epoch) {
    fencedThrough.merge(epoch.coordinatorId(), epoch.epoch(), Math::max);
  }

  boolean isFenced(CoordinatorEpoch epoch) {
    return fencedThrough.getOrDefault(epoch.coordinatorId(), 0L) >= epoch.epoch();
  }

  /** Whom the servers have shut out commits nothing. */
  void acts(CoordinatorEpoch epoch) {
    assertThat(isFenced(epoch)).as("%s is shut out", epoch).isFalse();
  }

  /** Waits ended otherwise than by a verdict: what is on its way may be out of date. */
  void brokenFromOutside() {
    brokenAt = simulation.now();
  }

  /** A GTM that has just started does not know its last verdicts. */
  void gtmStarted() {
    brokenAt = simulation.now();
    gtmStartedAt = simulation.now();
  }

  void persisted(List<GtmRecord> records) {
    for (GtmRecord record : records) {
      switch (record) {
        case GtmRecord.EpochGranted granted -> {
          assertThat(granted.epoch()).as("a new epoch").isGreaterThan(lastEpoch);
          lastEpoch = granted.epoch();
          coordinatorOfEpoch.forEach(
              (epoch, id) -> {
                if (id == granted.coordinatorId()) {
                  ended.add(epoch);
                }
              });
          coordinatorOfEpoch.put(granted.epoch(), granted.coordinatorId());
          grantedAt.put(granted.epoch(), simulation.now());
        }
        case GtmRecord.EpochEnded(int _, long epoch) -> {
          ended.add(epoch);
          assertThat(simulation.coordinators)
              .as("nobody holds for valid the lease of epoch %s, which has run out", epoch)
              .noneMatch(one -> one.isAlive() && one.leaseValid(epoch));
        }
        case GtmRecord.EpochFenced(int id, long epoch) ->
            assertThat(isFenced(new CoordinatorEpoch(id, epoch))).isTrue();
        case GtmRecord.RoundOpened opened -> openRound = opened.version();
        case GtmRecord.RoundClosed _ -> {
          readyRound = 0;
          openRound = 0;
        }
        case GtmRecord.Started _, GtmRecord.GxidsLeased _ -> {}
      }
    }
  }

  /** One GTM after the other: who has been followed acts no more. */
  void acted(Ballot ballot) {
    assertThat(ballot).as("who acts").isGreaterThanOrEqualTo(lastToAct);
    lastToAct = ballot;
  }

  Ballot lastToAct() {
    return lastToAct;
  }

  /** A GTM goes on with what another has left, which may be more than anybody has heard of. */
  void recovered(List<GtmRecord> records) {
    gtmStarted();
    long known = lastEpoch;
    long through = 0;
    Set<Long> ends = new HashSet<>();
    for (GtmRecord record : records) {
      switch (record) {
        case GtmRecord.EpochGranted granted -> {
          through = Math.max(through, granted.epoch());
          coordinatorOfEpoch.put(granted.epoch(), granted.coordinatorId());
          grantedAt.putIfAbsent(granted.epoch(), simulation.now());
        }
        case GtmRecord.EpochEnded(int id, long epoch) ->
            coordinatorOfEpoch.forEach(
                (one, of) -> {
                  if (of == id && one <= epoch) {
                    ends.add(one);
                  }
                });
        case GtmRecord.EpochFenced(int id, long epoch) -> {
          if (epoch != 0) {
            assertThat(isFenced(new CoordinatorEpoch(id, epoch))).isTrue();
          }
        }
        case GtmRecord.RoundOpened opened -> openRound = opened.version();
        case GtmRecord.RoundClosed _ -> openRound = 0;
        case GtmRecord.Started _, GtmRecord.GxidsLeased _ -> {}
      }
    }
    assertThat(through).as("no epoch is forgotten").isGreaterThanOrEqualTo(known);
    assertThat(ends).as("the dead stay dead").containsAll(ended);
    lastEpoch = through;
    ended.addAll(ends);
    readyRound = readyRound == openRound ? readyRound : 0;
  }

  void sent(GtmMessage.FromGtm message) {
    switch (message) {
      case Registered m -> lives(m.identity());
      case HeartbeatAck m when m.epoch() != 0 ->
          lives(new CoordinatorEpoch(coordinatorOfEpoch.get(m.epoch()), m.epoch()));
      case Live(long _, Liveness liveness) -> heardOf(liveness);
      case PublishReady m -> {
        assertThat(m.version()).isEqualTo(openRound);
        readyRound = m.version();
        publishCount++;
        nobodyUsesAnOldCatalog();
      }
      case VictimChosen m -> chosen(m);
      default -> {}
    }
  }

  void afterEvent() {
    if (readyRound != 0) {
      nobodyUsesAnOldCatalog();
    }
  }

  void atTheEnd() {
    for (SimulatedCoordinator one : simulation.coordinators) {
      if (one.isAlive()) {
        assertThat(one.holdsLease()).as("%s holds a lease at the end", one.name()).isTrue();
        assertThat(one.usesCatalog()).as("%s works at the end", one.name()).isTrue();
        assertThat(one.isIdle()).as("everything of %s has ended", one.name()).isTrue();
        assertThat(one.commits().readers().askedAt()).as("readers of %s", one.name()).isEmpty();
      }
    }
    simulation.snapshots.nothingIsHalfDone();
    simulation.servers.requireEmpty();
    assertThat(openRound).as("open round").isZero();
    Set<Long> unfenced =
        ended.stream()
            .filter(epoch -> !isFenced(new CoordinatorEpoch(coordinatorOfEpoch.get(epoch), epoch)))
            .collect(Collectors.toSet());
    assertThat(unfenced).as("epochs that ended and were never fenced").isEmpty();
  }

  private void lives(CoordinatorEpoch epoch) {
    assertThat(ended).as("the epoch of a lease lives").doesNotContain(epoch.epoch());
    assertThat(saidDead).as("nobody rises from the dead").doesNotContain(epoch);
  }

  private void heardOf(Liveness liveness) {
    Set<Integer> coordinators =
        liveness.live().stream().map(CoordinatorEpoch::coordinatorId).collect(Collectors.toSet());
    assertThat(coordinators).as("one epoch of each lives").hasSameSizeAs(liveness.live());
    coordinatorOfEpoch.forEach(
        (epoch, id) -> {
          CoordinatorEpoch identity = new CoordinatorEpoch(id, epoch);
          if (liveness.isDead(identity)) {
            saidDead.add(identity);
          }
        });
  }

  private void nobodyUsesAnOldCatalog() {
    for (SimulatedCoordinator one : simulation.coordinators) {
      if (one.usesCatalog()) {
        assertThat(isFenced(one.identity()))
            .as("%s as %s works while round %s is ready", one.name(), one.identity(), readyRound)
            .isTrue();
      }
    }
  }

  /**
   * A victim waits in a circle that no earlier victim is about to break. A GTM that has slept while
   * its victim died may tell it once more.
   */
  private void chosen(VictimChosen message) {
    SimulatedTransaction transaction =
        transactions.get(new TransactionName(message.epoch(), message.transaction()));
    assertThat(transaction).as("the victim").isNotNull();
    long now = simulation.now();
    victims.entrySet().removeIf(entry -> entry.getValue().isSpent(entry.getKey(), now));
    Set<SimulatedTransaction> dying = new HashSet<>(victims.keySet());
    dying.remove(transaction);
    boolean isRepeated =
        victims.put(transaction, new Verdict(message.waiting(), transaction.statements(), now))
            != null;
    victimCount++;
    boolean isOutOfDate = now - brokenAt <= MAX_VERDICT_AGE;
    boolean hasDiedOfOne = !everVictims.add(transaction) && transaction.isOver();
    if (!isRepeated && !isOutOfDate && !hasDiedOfOne) {
      assertThat(transaction.isOver()).as("the victim is over").isFalse();
      assertThat(simulation.nodes.isDeadlocked(transaction, dying))
          .as("the victim is in a circle of its own")
          .isTrue();
    }
  }

  /** Who has gone on or does not listen within two seconds is no victim any more. */
  private record Verdict(Backend waiting, int statements, long at) {
    boolean isSpent(SimulatedTransaction transaction, long now) {
      return !transaction.waitsOn(waiting)
          || transaction.statements() != statements
          || now - at >= DYING;
    }
  }

  private record TransactionName(long epoch, long number) {}
}
