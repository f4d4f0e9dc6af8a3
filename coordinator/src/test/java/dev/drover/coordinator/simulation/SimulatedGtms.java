package dev.drover.coordinator.simulation;

import java.util.List;

/** All that a simulated cluster has of GTMs, and what can happen to them. */
interface SimulatedGtms {
  List<? extends SimulatedHost> hosts();

  void start();

  /** Something goes wrong. */
  void trouble();

  /** Nothing goes wrong any more. */
  void calm();
}
