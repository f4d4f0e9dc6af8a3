package dev.drover.gtm.seat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.core.GtmRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Two candidates and three servers that answer at once, unless a candidate is cut off. */
final class SeatCoreTest {
  private static final long MILLIS = 1_000_000;
  private static final long STEP = 10 * MILLIS;
  private static final SeatTimes TIMES = SeatTimes.DEFAULT;

  private final List<Seat> seats =
      new ArrayList<>(List.of(Seat.fresh(11), Seat.fresh(12), Seat.fresh(13)));
  private final Set<SeatCore> cutOff = new HashSet<>();
  private final Set<Integer> silent = new HashSet<>();
  private final List<SeatEffect> told = new ArrayList<>();
  private long now;

  @Test
  void anEmptySeatIsWonAtOnceAndTheLeaseCountsFromTheFirstWrite() {
    SeatCore first = candidate(1);
    run(first, 100);
    assertThat(told).hasSize(1).first().isInstanceOf(SeatEffect.Won.class);
    assertThat(first.leaseUntil()).as("nothing was written").isEmpty();
    long wroteAt = now;
    first.propose(List.of(new GtmRecord.Started(1)));
    deliver(first, new SeatEvent.Tick());
    assertThat(first.isDurable(1)).isTrue();
    assertThat(first.leaseUntil()).hasValue(wroteAt + TIMES.usableNanos());
  }

  @Test
  void aStandbyWaitsForALeaseWithoutWrites() {
    SeatCore first = holder();
    SeatCore second = candidate(2);
    for (int i = 0; i < 500; i++) {
      run(first, 10);
      run(second, 10);
    }
    assertThat(told).as("the holder writes on").isEmpty();
    long until = first.leaseUntil().orElseThrow();
    cutOff.add(first);
    while (!second.isHolding()) {
      run(second, 10);
    }
    assertThat(now).isGreaterThan(until).isLessThan(until + TIMES.leaseNanos());
    run(first, 10);
    assertThat(first.isHolding()).isFalse();
    assertThat(told).hasSize(2).last().isInstanceOf(SeatEffect.Lost.class);
  }

  /** The simulation's clocks drift as far, but seldom meet at the edge of a lease. */
  @Test
  void aSlowHoldersLeaseEndsBeforeAFastStandbyHasWaited() {
    long slowPerMille = 1000 - 55;
    long fastPerMille = 1000 + 55;
    assertThat(TIMES.usableNanos() * fastPerMille).isLessThan(TIMES.leaseNanos() * slowPerMille);
  }

  @Test
  void whoLeavesIsFollowedAtOnceAndNothingIsForgotten() {
    SeatCore first = holder();
    SeatCore second = candidate(2);
    run(second, 300);
    deliver(first, new SeatEvent.Leave());
    assertThat(told).containsExactly(new SeatEffect.Left());
    run(second, 300);
    assertThat(told.getLast())
        .isInstanceOfSatisfying(
            SeatEffect.Won.class,
            won -> assertThat(won.records()).containsExactly(new GtmRecord.Started(1)));
  }

  @Test
  void aHolderThatWasFollowedInItsSleepIsRefused() {
    SeatCore first = holder();
    Ballot higher = new Ballot(99, 2);
    seats.replaceAll(seat -> seat.answer(new SeatRequest.Promise(higher, seat.beat())).seat());
    first.propose(List.of(new GtmRecord.Started(2)));
    deliver(first, new SeatEvent.Tick());
    assertThat(first.isDurable(2)).isFalse();
    assertThat(first.isHolding()).isFalse();
    assertThat(first.leaseUntil()).isEmpty();
  }

  @Test
  void whoHasForgottenHasNoSayUntilTheHolderGivesItOne() {
    SeatCore first = holder();
    seats.set(0, Seat.fresh(99));
    run(first, 20);
    assertThat(seats.get(1).stored().members().contains(99)).isFalse();
    run(first, 1000);
    assertThat(seats)
        .allSatisfy(
            seat ->
                assertThat(seat.stored().members()).isEqualTo(Members.of(Set.of(99L, 12L, 13L))));
    assertThat(first.isHolding()).isTrue();
  }

  /** As for a GTM that was told of few servers, while others have made more of them members. */
  @Test
  void whoHasSeenTheSeatFoundedDoesNotFoundItAgain() {
    SeatCore first = holder();
    cutOff.add(first);
    while (first.isHolding()) {
      run(first, 10);
    }
    for (int i = 0; i < seats.size(); i++) {
      seats.set(i, Seat.fresh(97 + i));
    }
    cutOff.remove(first);
    run(first, 1000);
    assertThat(first.isHolding()).isFalse();
    SeatCore another = candidate(1);
    run(another, 1000);
    assertThat(another.isHolding()).as("who has seen nothing").isTrue();
  }

  @Test
  void aMajorityThatHasForgottenDecidesNothing() {
    SeatCore first = holder();
    cutOff.add(first);
    seats.set(0, Seat.fresh(98));
    seats.set(1, Seat.fresh(99));
    SeatCore second = candidate(2);
    SeatCore founder = candidate(1);
    for (int i = 0; i < 500; i++) {
      run(second, 10);
      run(founder, 10);
    }
    assertThat(second.isHolding()).isFalse();
    assertThat(founder.isHolding()).isFalse();
  }

  @Test
  void onlyOneFoundsTheSeatAndOnlyWhenItHasHeardOfAll() {
    SeatCore second = candidate(2);
    run(second, 5000);
    assertThat(second.isHolding()).isFalse();
    SeatCore first = candidate(1);
    silent.add(2);
    run(first, 5000);
    assertThat(first.isHolding()).isFalse();
    silent.clear();
    run(first, 1000);
    assertThat(first.isHolding()).isTrue();
  }

  @Test
  void aStateThatDoesNotSayWhoseItIsIsNotForgotten() {
    Stored early = new Stored(new Ballot(3, 7), 5, Members.NONE, List.of(new GtmRecord.Started(4)));
    seats.set(1, seats.get(1).answer(new SeatRequest.Accept(early)).seat());
    seats.set(2, seats.get(2).answer(new SeatRequest.Accept(early)).seat());
    SeatCore first = candidate(1);
    run(first, 5000);
    assertThat(told.getFirst())
        .isInstanceOfSatisfying(
            SeatEffect.Won.class,
            won -> assertThat(won.records()).containsExactly(new GtmRecord.Started(4)));
  }

  private SeatCore holder() {
    SeatCore first = candidate(1);
    run(first, 100);
    first.propose(List.of(new GtmRecord.Started(1)));
    deliver(first, new SeatEvent.Tick());
    told.clear();
    return first;
  }

  private SeatCore candidate(long number) {
    return new SeatCore(
        seats.size(),
        new Candidate(number, number == 1 ? Optional.of(List.of()) : Optional.empty()),
        TIMES,
        RandomGeneratorFactory.of("L64X128MixRandom").create(number),
        now);
  }

  private void run(SeatCore core, long millis) {
    for (long end = now + millis * MILLIS; now < end; now += STEP) {
      deliver(core, new SeatEvent.Tick());
    }
  }

  private void deliver(SeatCore core, SeatEvent event) {
    for (SeatEffect effect : core.step(event, now)) {
      if (effect instanceof SeatEffect.Ask(int server, long number, SeatRequest request)) {
        deliver(core, answer(core, server, number, request));
      } else {
        told.add(effect);
      }
    }
  }

  private SeatEvent answer(SeatCore core, int server, long number, SeatRequest request) {
    if (cutOff.contains(core) || silent.contains(server)) {
      return new SeatEvent.Failed(server, number);
    }
    SeatAnswer answer = seats.get(server).answer(request);
    seats.set(server, answer.seat());
    return new SeatEvent.Answered(server, number, answer);
  }
}
