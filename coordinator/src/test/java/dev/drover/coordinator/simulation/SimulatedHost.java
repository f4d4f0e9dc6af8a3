package dev.drover.coordinator.simulation;

import dev.drover.gtm.core.GtmEvent;
import java.util.Optional;

/** The place of a GTM that clients connect to. */
interface SimulatedHost {
  /** Empty if nobody is there, or not the active GTM. */
  Optional<SimulatedConnection> accept(SimulatedProcess client);

  /** What comes for an earlier life is lost. */
  void deliver(long toLife, GtmEvent event);
}
