package dev.drover.deploy.cluster;

import java.util.ArrayList;
import java.util.List;

/** One process of a cluster. */
public sealed interface Member {
  /** A global transaction manager; they are numbered from 1, and one of them is active. */
  record Gtm(int id) implements Member {}

  /** The agent of one node, with the node's server. */
  record Node(String node) implements Member {}

  /** A coordinator; they are numbered from 1. */
  record Coordinator(int id) implements Member {}

  /** A coordinator that somebody runs beside those of the cluster's settings. */
  record ExtraCoordinator(int port) implements Member {
    public ExtraCoordinator {
      Ports.requireValid(port);
    }
  }

  /** Its name in logs, files and the status table. */
  default String label() {
    return switch (this) {
      case Gtm(int id) -> id == 1 ? "gtm" : "gtm" + id;
      case Node(String node) -> node;
      case Coordinator(int id) -> id == 1 ? "coordinator" : "coordinator" + id;
      case ExtraCoordinator(int port) -> "coordinator-" + port;
    };
  }

  /** Where clients of this member connect to. */
  default int port(ClusterSettings settings) {
    return switch (this) {
      case Gtm(int id) -> settings.gtmPort(id);
      case Node(String node) -> settings.node(node).port();
      case Coordinator(int id) -> settings.coordinatorPort(id);
      case ExtraCoordinator(int port) -> port;
    };
  }

  /** All members, in the order in which they depend on each other. */
  static List<Member> of(ClusterSettings settings) {
    List<Member> members = new ArrayList<>();
    for (int id = 1; id <= settings.gtmPorts().size(); id++) {
      members.add(new Gtm(id));
    }
    settings.nodes().forEach(node -> members.add(new Node(node.name())));
    for (int id = 1; id <= settings.coordinatorPorts().size(); id++) {
      members.add(new Coordinator(id));
    }
    return members;
  }
}
