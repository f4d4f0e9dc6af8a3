package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.protocol.CatalogState;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.CatalogStaleAck;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.LeaseTerms;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClientCoreTest {
  private static final long MILLIS = 1_000_000;
  private static final long LEASE_MILLIS = 4000;
  private static final long INCARNATION = 7;

  /** A monotonic clock may begin anywhere, also far below zero. */
  private long now = -1_000_000_000_000L;

  private final ClientCore core =
      new ClientCore(Role.COORDINATOR, INCARNATION, ClientTimes.DEFAULT, now);

  @Test
  void itRegistersAsSoonAsItIsConnected() {
    assertThat(registers(step(new ClientEvent.Connected()))).hasSize(1);
  }

  @Test
  void theLeaseCountsFromWhenItWasAskedForLessTheMarginForDrift() {
    Register register = registers(step(new ClientEvent.Connected())).getFirst();
    long askedAt = now;
    now += 500 * MILLIS;
    List<ClientEffect> effects = grant(register, 3, CatalogState.INITIAL);
    assertThat(effects)
        .contains(
            new ClientEffect.LeaseUntil(3, askedAt + 3500 * MILLIS),
            new ClientEffect.LeaseGranted(new Lease(1, 3, 100)));
  }

  @Test
  void anAnswerThatComesTooLateGrantsNothing() {
    Register register = registers(step(new ClientEvent.Connected())).getFirst();
    now += 3500 * MILLIS;
    assertThat(grant(register, 3, CatalogState.INITIAL))
        .noneMatch(effect -> effect instanceof ClientEffect.LeaseGranted);
  }

  @Test
  void aLateAnswerDoesNotRaiseADeadEpoch() {
    Register first = registers(step(new ClientEvent.Connected())).getFirst();
    now += 1000 * MILLIS;
    Register second = registers(step(new ClientEvent.Tick())).getFirst();
    grant(second, 3, CatalogState.INITIAL);
    step(new ClientEvent.Received(new LeaseLost(3, false)));
    assertThat(grant(first, 3, CatalogState.INITIAL)).isEmpty();
  }

  @Test
  void aLapsedLeaseIsRenewedUnderTheSameEpochAfterReconnecting() {
    grant(registers(step(new ClientEvent.Connected())).getFirst(), 3, CatalogState.INITIAL);
    step(new ClientEvent.Disconnected());
    now += LEASE_MILLIS * MILLIS;
    assertThat(step(new ClientEvent.Tick())).contains(new ClientEffect.LeaseSuspended(3));
    Register again = registers(step(new ClientEvent.Connected())).getFirst();
    assertThat(again.previousEpoch()).isEqualTo(3);
    assertThat(grant(again, 3, CatalogState.INITIAL))
        .contains(new ClientEffect.LeaseGranted(new Lease(1, 3, 100)));
  }

  @Test
  void whoIsSupersededWaitsBeforeItTakesTheNameBack() {
    grant(registers(step(new ClientEvent.Connected())).getFirst(), 3, CatalogState.INITIAL);
    assertThat(registers(step(new ClientEvent.Received(new LeaseLost(3, true))))).isEmpty();
    now += 2500 * MILLIS;
    assertThat(registers(step(new ClientEvent.Tick()))).isEmpty();
    now += 2500 * MILLIS;
    // The long silence has ended the connection; the new one registers at once.
    step(new ClientEvent.Disconnected());
    assertThat(registers(step(new ClientEvent.Connected())).getFirst().previousEpoch()).isZero();
  }

  @Test
  void aNewEpochHearsOfAnOpenRoundBeforeItsLease() {
    Register register = registers(step(new ClientEvent.Connected())).getFirst();
    List<ClientEffect> effects = grant(register, 3, new CatalogState(4, 4, 5));
    assertThat(effects.indexOf(new ClientEffect.CatalogStale(5, 3)))
        .isGreaterThanOrEqualTo(0)
        .isLessThan(effects.indexOf(new ClientEffect.LeaseGranted(new Lease(1, 3, 100))));
  }

  @Test
  void anAckOfAnEarlierEpochDoesNotCountForThisOne() {
    Register first = registers(step(new ClientEvent.Connected())).getFirst();
    grant(first, 3, new CatalogState(4, 4, 5));
    Register second = registers(step(new ClientEvent.Received(new LeaseLost(3, false)))).getFirst();
    grant(second, 6, new CatalogState(4, 4, 5));
    assertThat(step(new ClientEvent.AckStale(5, 3))).isEmpty();
    assertThat(step(new ClientEvent.AckStale(5, 6)))
        .contains(new ClientEffect.Send(new CatalogStaleAck(5, 6)));
  }

  /** The message that said where they are may have been lost. */
  @Test
  void nodesAreToldAgainWithEachHeartbeat() {
    List<NodeAddress> nodes = List.of(new NodeAddress("n1", "host", 5432));
    step(new ClientEvent.Connected());
    step(new ClientEvent.UseNodes(nodes));
    now += 1000 * MILLIS;
    assertThat(step(new ClientEvent.Tick()))
        .contains(new ClientEffect.Send(new GtmMessage.Nodes(nodes)));
  }

  private List<ClientEffect> grant(Register register, long epoch, CatalogState catalog) {
    return step(
        new ClientEvent.Received(
            new Registered(
                INCARNATION,
                register.attempt(),
                new CoordinatorEpoch(1, epoch),
                new LeaseTerms(LEASE_MILLIS, 100),
                catalog)));
  }

  private List<ClientEffect> step(ClientEvent event) {
    return core.step(event, now);
  }

  private static List<Register> registers(List<ClientEffect> effects) {
    List<Register> registers = new ArrayList<>();
    for (ClientEffect effect : effects) {
      if (effect instanceof ClientEffect.Send(GtmMessage.FromClient message)
          && message instanceof Register register) {
        registers.add(register);
      }
    }
    return registers;
  }
}
