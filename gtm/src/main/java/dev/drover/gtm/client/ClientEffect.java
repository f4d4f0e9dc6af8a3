package dev.drover.gtm.client;

import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.Liveness;

/** What a {@link ClientCore} wants done. */
public sealed interface ClientEffect {
  record Send(GtmMessage.FromClient message) implements ClientEffect {}

  /** Nothing was heard for too long: make a new connection. */
  record Reconnect() implements ClientEffect {}

  /** The lease holds until then on the client's own clock. */
  record LeaseUntil(long epoch, long nanos) implements ClientEffect {}

  record LeaseGranted(Lease lease) implements ClientEffect {}

  /** The lease has run out unanswered; whether the epoch lives is not known. */
  record LeaseSuspended(long epoch) implements ClientEffect {}

  record LeaseLost(long epoch, boolean superseded) implements ClientEffect {}

  record RegistrationRefused(String reason) implements ClientEffect {}

  record GxidsLeased(long from, long toExclusive) implements ClientEffect {}

  record CatalogStale(long version, long epoch) implements ClientEffect {}

  record CatalogCurrent(long version) implements ClientEffect {}

  record PublishReady(long request, long version) implements ClientEffect {}

  /** The request was done. */
  record Completed(long request) implements ClientEffect {}

  record LiveAnswer(long request, Liveness liveness) implements ClientEffect {}

  /** The request cannot be answered any more. */
  record Failed(long request, String reason) implements ClientEffect {}

  record MarkReached(long mark) implements ClientEffect {}

  record Victim(long transaction, Backend waiting) implements ClientEffect {}

  record FenceWanted(CoordinatorEpoch epoch) implements ClientEffect {}

  /** How it stands with a pause of the cluster. */
  record PauseTold(PauseState state) implements ClientEffect {}

  /** What a coordinator is to do with its gate. */
  sealed interface Gate extends ClientEffect {}

  record CloseGate(long window) implements Gate {}

  record HoldGate(long window) implements Gate {}

  record TakeSnapshot(long window, long through) implements Gate {}

  record OpenGate(long window, boolean valid) implements Gate {}

  /** Nobody else is given an epoch before this reading of the clock. */
  record AloneUntil(long nanos) implements Gate {}
}
