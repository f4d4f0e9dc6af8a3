package dev.drover.gtm.client;

import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.protocol.GtmMessage;

/** One connection; when it breaks, what was sent before may still arrive at the GTM. */
final class SimulatedConnection {
  private final Simulation simulation;
  private final SimulatedHost host;
  private final SimulatedProcess client;
  private final long number;
  private final long gtmLife;
  private boolean broken;

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

  void toClient(GtmMessage.FromGtm message) {
    simulation.transmit(() -> client.received(this, message));
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
