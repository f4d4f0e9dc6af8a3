package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.protocol.CatalogState;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.GateAlone;
import dev.drover.gtm.protocol.GtmMessage.GateClose;
import dev.drover.gtm.protocol.GtmMessage.GateDrained;
import dev.drover.gtm.protocol.GtmMessage.GateHeld;
import dev.drover.gtm.protocol.GtmMessage.GateHold;
import dev.drover.gtm.protocol.GtmMessage.GateOpen;
import dev.drover.gtm.protocol.GtmMessage.GateRefused;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.LeaseTerms;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.SnapshotNow;
import dev.drover.gtm.protocol.GtmMessage.SnapshotTaken;
import dev.drover.gtm.protocol.GtmMessage.SnapshotWanted;
import dev.drover.gtm.protocol.Role;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a coordinator's gate does when windows go well, and when they do not. */
final class GateViewTest {
  private static final long MILLIS = 1_000_000;
  private static final long LEASE_MILLIS = 4000;
  private static final long EPOCH = 3;
  private static final GateLimits LIMITS = new GateLimits(50, 20, 4);

  private long now = -1_000_000_000_000L;
  private final ClientCore core = new ClientCore(Role.COORDINATOR, 7, ClientTimes.DEFAULT, now);

  @BeforeEach
  void holdALease() {
    Register register =
        step(new ClientEvent.Connected()).stream()
            .filter(ClientEffect.Send.class::isInstance)
            .map(effect -> ((ClientEffect.Send) effect).message())
            .filter(Register.class::isInstance)
            .map(Register.class::cast)
            .findFirst()
            .orElseThrow();
    hear(
        new Registered(
            7,
            register.attempt(),
            new CoordinatorEpoch(1, EPOCH),
            new LeaseTerms(LEASE_MILLIS, 100),
            CatalogState.INITIAL));
  }

  @Test
  void inTwoStagesSecondPhasesEndFirstAndCommitsStopOnlyThen() {
    assertThat(want(1)).containsExactly(send(new SnapshotWanted(1, EPOCH, 1)));
    assertThat(hear(new GateClose(10, LIMITS))).containsExactly(new ClientEffect.CloseGate(1));
    assertThat(step(new ClientEvent.GateClosed(1, 2))).isEmpty();
    assertThat(step(new ClientEvent.GateDrained(1)))
        .containsExactly(send(new GateDrained(10, EPOCH, true)));
    assertThat(hear(new GateHold(10, LIMITS))).containsExactly(new ClientEffect.HoldGate(1));
    want(2);
    assertThat(step(new ClientEvent.GateHeld(1, 3)))
        .containsExactly(send(new GateHeld(10, EPOCH, 2, true)));
    want(3);
    assertThat(hear(new SnapshotNow(10, 2))).containsExactly(new ClientEffect.TakeSnapshot(1, 2));
    assertThat(step(new ClientEvent.SnapshotTaken(1)))
        .containsExactly(send(new SnapshotTaken(10, EPOCH)));
    // The third reader came when all held: it wants another window.
    assertThat(hear(new GateOpen(10, true)))
        .containsExactly(new ClientEffect.OpenGate(1, true), send(new SnapshotWanted(2, EPOCH, 3)));
  }

  @Test
  void aHoldWithoutACloseIsRefusedWhileSecondPhasesRun() {
    assertThat(hear(new GateHold(10, LIMITS))).containsExactly(new ClientEffect.CloseGate(1));
    assertThat(step(new ClientEvent.GateClosed(1, 0)))
        .containsExactly(new ClientEffect.HoldGate(1));
    assertThat(hear(new GateHold(11, LIMITS)))
        .containsExactly(new ClientEffect.OpenGate(1, false), new ClientEffect.CloseGate(2));
    assertThat(step(new ClientEvent.GateClosed(2, 1)))
        .containsExactly(send(new GateRefused(11, EPOCH)), new ClientEffect.OpenGate(2, false));
  }

  @Test
  void itOpensByItselfAndDoesNotHoldAgainInThatWindow() {
    hear(new GateClose(10, LIMITS));
    assertThat(core.deadline(now + 1000 * MILLIS, now)).isEqualTo(now + 70 * MILLIS);
    now += 69 * MILLIS;
    assertThat(step(new ClientEvent.Tick())).isEmpty();
    now += MILLIS;
    assertThat(step(new ClientEvent.Tick())).containsExactly(new ClientEffect.OpenGate(1, false));
    assertThat(hear(new GateHold(10, LIMITS))).containsExactly(send(new GateRefused(10, EPOCH)));
    assertThat(hear(new SnapshotNow(10, 1))).containsExactly(send(new GateRefused(10, EPOCH)));
    assertThat(hear(new GateClose(9, LIMITS))).containsExactly(send(new GateRefused(9, EPOCH)));
    assertThat(step(new ClientEvent.GateHeld(1, 0))).isEmpty();
  }

  @Test
  void theHoldHasALimitOfItsOwnThatIsNotProlonged() {
    hear(new GateHold(10, LIMITS));
    now += 15 * MILLIS;
    step(new ClientEvent.GateClosed(1, 0));
    step(new ClientEvent.GateHeld(1, 0));
    hear(new GateHold(10, LIMITS));
    now += 5 * MILLIS;
    assertThat(hear(new SnapshotNow(10, 1))).contains(new ClientEffect.OpenGate(1, false));
  }

  @Test
  void whatWasTakenTooLateIsNotUsedAndIsWantedAgain() {
    want(1);
    hear(new GateHold(10, LIMITS));
    step(new ClientEvent.GateClosed(1, 0));
    step(new ClientEvent.GateHeld(1, 0));
    hear(new SnapshotNow(10, 1));
    now += 20 * MILLIS;
    assertThat(step(new ClientEvent.SnapshotTaken(1)))
        .contains(new ClientEffect.OpenGate(1, false), send(new SnapshotWanted(2, EPOCH, 1)));
    assertThat(hear(new GateOpen(10, true))).isEmpty();
  }

  @Test
  void aloneItNeedsOneWordOfTheGtmForManyWindows() {
    want(1);
    now += 3 * MILLIS;
    assertThat(hear(new GateAlone(1, EPOCH, 200, LIMITS)))
        .containsExactly(
            new ClientEffect.AloneUntil(now + 172 * MILLIS), new ClientEffect.CloseGate(1));
    assertThat(step(new ClientEvent.GateClosed(1, 0)))
        .containsExactly(new ClientEffect.HoldGate(1));
    assertThat(step(new ClientEvent.GateHeld(1, 0)))
        .containsExactly(new ClientEffect.TakeSnapshot(1, 1));
    assertThat(step(new ClientEvent.SnapshotTaken(1)))
        .containsExactly(new ClientEffect.OpenGate(1, true));
    assertThat(want(2)).containsExactly(new ClientEffect.CloseGate(2));
  }

  @Test
  void aPromiseCountsFromTheQuestionAndEndsAWindowThatOutlivesIt() {
    want(1);
    now += 170 * MILLIS;
    hear(new GateAlone(1, EPOCH, 200, LIMITS));
    step(new ClientEvent.GateClosed(1, 0));
    step(new ClientEvent.GateHeld(1, 0));
    now += 5 * MILLIS;
    assertThat(step(new ClientEvent.SnapshotTaken(1)))
        .startsWith(new ClientEffect.OpenGate(1, false));
    now += 1000 * MILLIS;
    assertThat(hear(new GateAlone(1, EPOCH, 200, LIMITS)))
        .doesNotContain(new ClientEffect.CloseGate(2));
  }

  @Test
  void aWantIsRepeatedUntilItIsAnswered() {
    want(1);
    now += 199 * MILLIS;
    assertThat(step(new ClientEvent.Tick())).isEmpty();
    now += MILLIS;
    assertThat(step(new ClientEvent.Tick())).containsExactly(send(new SnapshotWanted(2, EPOCH, 1)));
    step(new ClientEvent.Disconnected());
    assertThat(step(new ClientEvent.Connected())).contains(send(new SnapshotWanted(3, EPOCH, 1)));
  }

  @Test
  void aLostLeaseOpensTheGate() {
    hear(new GateClose(10, LIMITS));
    assertThat(hear(new LeaseLost(EPOCH, false))).startsWith(new ClientEffect.OpenGate(1, false));
    assertThat(hear(new GateHold(10, LIMITS))).isEmpty();
  }

  /** It may be renewed while the window goes on, and then commits must not be sent in it. */
  @Test
  void aLapsedLeaseLeavesAWindowOfTheGtmToItsLimits() {
    now += 3490 * MILLIS;
    hear(new GateHold(10, LIMITS));
    step(new ClientEvent.GateClosed(1, 0));
    step(new ClientEvent.GateHeld(1, 0));
    now += 15 * MILLIS;
    assertThat(step(new ClientEvent.Tick()))
        .containsOnlyOnce(new ClientEffect.LeaseSuspended(EPOCH));
    assertThat(hear(new SnapshotNow(10, 0))).contains(send(new SnapshotTaken(10, EPOCH)));
  }

  /** Else writers that keep the drain longer than a promise lasts would keep readers out. */
  @Test
  void aWindowWithoutTheGtmMayOutliveThePromiseThatItBeganUnder() {
    want(1);
    hear(new GateAlone(1, EPOCH, 200, LIMITS));
    step(new ClientEvent.GateClosed(1, 0));
    step(new ClientEvent.GateHeld(1, 0));
    step(new ClientEvent.SnapshotTaken(1));
    now += 120 * MILLIS;
    assertThat(want(2)).contains(send(new SnapshotWanted(2, EPOCH, 2)));
    hear(new GateAlone(2, EPOCH, 200, LIMITS));
    now += 60 * MILLIS;
    step(new ClientEvent.GateClosed(2, 0));
    step(new ClientEvent.GateHeld(2, 0));
    assertThat(step(new ClientEvent.SnapshotTaken(2))).contains(new ClientEffect.OpenGate(2, true));
  }

  @Test
  void aLapsedLeaseEndsAWindowWithoutTheGtm() {
    now += 3400 * MILLIS;
    want(1);
    hear(new GateAlone(1, EPOCH, 200, LIMITS));
    now += 65 * MILLIS;
    step(new ClientEvent.GateClosed(1, 0));
    now += 35 * MILLIS;
    assertThat(step(new ClientEvent.Tick())).contains(new ClientEffect.OpenGate(1, false));
  }

  private List<ClientEffect> want(long reader) {
    return step(new ClientEvent.WantSnapshot(reader));
  }

  private List<ClientEffect> hear(GtmMessage.FromGtm message) {
    return step(new ClientEvent.Received(message));
  }

  private List<ClientEffect> step(ClientEvent event) {
    return core.step(event, now);
  }

  private static ClientEffect send(GtmMessage.FromClient message) {
    return new ClientEffect.Send(message);
  }
}
