package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listener what the client has learnt. A listener's defect is not the client's: the lease
 * must go on.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class ListenerCalls {
  private static final Logger log = LoggerFactory.getLogger(ListenerCalls.class);

  private final String name;
  private final GtmClient.Listener listener;

  ListenerCalls(String name, GtmClient.Listener listener) {
    this.name = name;
    this.listener = listener;
  }

  void granted(Lease lease) {
    tell(() -> listener.leaseGranted(lease));
  }

  void suspended(long epoch) {
    tell(() -> listener.leaseSuspended(epoch));
  }

  void lost(long epoch) {
    tell(() -> listener.leaseLost(epoch));
  }

  void catalogStale(long version, Runnable ack) {
    tell(() -> listener.catalogStale(version, ack));
  }

  void catalogCurrent(long version) {
    tell(() -> listener.catalogCurrent(version));
  }

  void victim(ClientEffect.Victim victim) {
    tell(
        () ->
            listener.victim(victim.transaction(), victim.waiting().node(), victim.waiting().pid()));
  }

  void fenceWanted(CoordinatorEpoch epoch) {
    tell(() -> listener.fenceWanted(epoch));
  }

  void paused(PauseState state) {
    tell(() -> listener.paused(state));
  }

  void gate(ClientEffect.Gate order) {
    tell(
        () -> {
          switch (order) {
            case ClientEffect.CloseGate(long window) -> listener.closeGate(window);
            case ClientEffect.HoldGate(long window) -> listener.holdGate(window);
            case ClientEffect.TakeSnapshot(long window, long through) ->
                listener.takeSnapshot(window, through);
            case ClientEffect.OpenGate(long window, boolean valid) ->
                listener.openGate(window, valid);
            case ClientEffect.AloneUntil(long nanos) -> listener.aloneUntil(nanos);
          }
        });
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("event=gtm_listener_failed name={}", name, e);
    }
  }
}
