package dev.drover.coordinator.simulation;

import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.PauseState;

/** One connection; when it breaks, what was sent before may still arrive at the GTM. */
final class SimulatedConnection {
  private final Simulation simulation;
  private final SimulatedHost host;
  private final SimulatedProcess client;
  private final long number;
  private final long gtmLife;
  private boolean broken;
  private long lastTold;
  private long lastHeard;

  SimulatedConnection(
      Simulation simulation,
      SimulatedHost host,
      SimulatedProcess client,
      long number,
      long gtmLife) {
    this.simulation = simulation;
    this.host = host;
    this.client = client;
    this.number = number;
    this.gtmLife = gtmLife;
  }

  void reachClient() {
    if (broken) {
      client.disconnected();
      return;
    }
    client.connected(this);
  }

  void toGtm(GtmMessage.FromClient message) {
    simulation.transmit(() -> host.deliver(gtmLife, new GtmEvent.Received(number, message)));
  }

  /**
   * What is said of a pause has no number: like TCP, nothing older comes after it. All else may.
   */
  void toClient(GtmMessage.FromGtm message) {
    if (!(message instanceof PauseState)) {
      simulation.transmit(() -> client.received(this, message));
      return;
    }
    lastTold++;
    long told = lastTold;
    simulation.transmit(
        () -> {
          if (told > lastHeard) {
            lastHeard = told;
            client.received(this, message);
          }
        });
  }

  /** The client notices at once, the GTM later. */
  void breakIt() {
    if (broken) {
      return;
    }
    broken = true;
    simulation.after(0, client::disconnected);
    simulation.after(
        simulation.upTo(2 * Simulation.SECONDS),
        () -> host.deliver(gtmLife, new GtmEvent.Disconnected(number)));
  }
}
