/**
 * A whole cluster in one process, driven by a seed: the real cores of GTM and seat, the real client
 * core, commit gate and two-phase commit of coordinators, and the real resolver of agents, on
 * servers, a network and clocks that are simulated.
 *
 * <p>Main type: {@link dev.drover.coordinator.simulation.Simulation}. Not simulated: SQL, sessions,
 * what clients prepare, and moves of shards.
 */
package dev.drover.coordinator.simulation;
