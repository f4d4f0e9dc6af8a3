package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.CoordinatorLife;
import java.util.List;
import java.util.stream.IntStream;

/** All servers; the first one is the catalog node. */
final class SimulatedServers {
  private final Simulation simulation;
  private final List<SimulatedServer> servers;

  SimulatedServers(Simulation simulation) {
    this.simulation = simulation;
    this.servers =
        IntStream.range(0, SimulatedNodes.NAMES.size())
            .mapToObj(node -> new SimulatedServer(simulation, node))
            .toList();
  }

  SimulatedServer at(int node) {
    return servers.get(node);
  }

  List<SimulatedServer> all() {
    return servers;
  }

  void crashOne(long downtime) {
    servers.get(simulation.random.nextInt(servers.size())).crash(downtime);
  }

  void calm() {
    servers.forEach(SimulatedServer::restart);
  }

  void requireClosedTo(CoordinatorLife life) {
    servers.forEach(server -> server.requireClosedTo(life));
  }

  void requireEmpty() {
    servers.forEach(SimulatedServer::requireEmpty);
  }
}
