package dev.drover.coordinator.simulation;

import java.util.List;
import java.util.stream.IntStream;

/** Several GTMs of which one is active, and the servers that keep its seat. */
final class SimulatedStandbys implements SimulatedGtms {
  private static final long TROUBLE_PERIOD = 7 * Simulation.SECONDS;
  private static final long GROWTH = 34 * Simulation.SECONDS;

  private final Simulation simulation;
  private final SimulatedSeats seats;
  private final List<SimulatedSeatedGtm> gtms;

  SimulatedStandbys(Simulation simulation, int count) {
    this.simulation = simulation;
    this.seats = new SimulatedSeats(simulation);
    this.gtms =
        IntStream.range(0, count)
            .mapToObj(number -> new SimulatedSeatedGtm(simulation, seats, number == 0))
            .toList();
  }

  @Override
  public List<SimulatedSeatedGtm> hosts() {
    return gtms;
  }

  @Override
  public void start() {
    gtms.forEach(SimulatedSeatedGtm::start);
    simulation.after(simulation.upTo(TROUBLE_PERIOD), this::troubles);
    simulation.after(simulation.upTo(GROWTH), this::grow);
    simulation.after(simulation.upTo(GROWTH), this::grow);
  }

  int lostDisks() {
    return seats.lostDisks();
  }

  boolean isSettled() {
    return seats.isSettled();
  }

  /** GTMs hear of more servers one after the other, each when it starts again. */
  private void grow() {
    seats.grow();
    gtms.forEach(
        gtm ->
            simulation.after(
                simulation.upTo(6 * Simulation.SECONDS),
                () -> gtm.crash(simulation.upTo(Simulation.SECONDS))));
  }

  /** More of it than coordinators have. */
  private void troubles() {
    if (simulation.isStormy()) {
      trouble();
      simulation.after(simulation.upTo(TROUBLE_PERIOD), this::troubles);
    }
  }

  /** Mostly to the active one, if there is one. */
  @Override
  public void trouble() {
    List<SimulatedSeatedGtm> active = gtms.stream().filter(SimulatedSeatedGtm::isActive).toList();
    List<SimulatedSeatedGtm> from =
        active.isEmpty() || simulation.random.nextInt(4) == 0 ? gtms : active;
    SimulatedSeatedGtm one = from.get(simulation.random.nextInt(from.size()));
    switch (simulation.random.nextInt(8)) {
      case 0, 1 -> one.crash(simulation.upTo(6 * Simulation.SECONDS));
      case 2, 3 -> one.pause(simulation.upTo(6 * Simulation.SECONDS));
      case 4 -> one.cutOff(seats.some(), simulation.upTo(6 * Simulation.SECONDS));
      case 5, 6 -> seats.loseDisk();
      default -> seats.crashOne(simulation.upTo(3 * Simulation.SECONDS));
    }
  }

  @Override
  public void calm() {
    seats.repairAll();
    gtms.forEach(SimulatedSeatedGtm::restart);
  }
}
