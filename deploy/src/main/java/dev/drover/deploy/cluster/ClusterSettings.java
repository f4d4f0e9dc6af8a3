package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.PostgresBinaries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a cluster's file {@code cluster.properties} says.
 *
 * <p>Invariant: the first node is the catalog node; ports are distinct.
 *
 * <p>Threads: immutable.
 */
public record ClusterSettings(
    List<Integer> coordinatorPorts,
    int gtmPort,
    List<NodePort> nodes,
    Access access,
    Map<String, String> serverSettings) {
  /** The format of the cluster's directory; another one is refused. */
  public static final int FORMAT = 1;

  private static final String SERVER_PREFIX = "server.";
  private static final String PORT_SUFFIX = ".port";

  /** Which PostgreSQL runs, and who may connect. */
  public record Access(String postgres, Auth auth) {}

  public ClusterSettings {
    coordinatorPorts = List.copyOf(coordinatorPorts);
    nodes = List.copyOf(nodes);
    serverSettings = Map.copyOf(serverSettings);
    if (coordinatorPorts.isEmpty() || nodes.size() < 2 || !nodes.getFirst().isCatalog()) {
      throw new ClusterException("a cluster needs a coordinator, a catalog node and a datanode");
    }
    List<Integer> ports = new ArrayList<>(coordinatorPorts);
    ports.add(gtmPort);
    nodes.forEach(node -> ports.add(node.port()));
    ports.forEach(Ports::requireValid);
    if (ports.stream().distinct().count() != ports.size()) {
      throw new ClusterException("two processes of the cluster have the same port: " + ports);
    }
  }

  public int port() {
    return coordinatorPorts.getFirst();
  }

  /** Of one of the coordinators, which are numbered from 1. */
  int coordinatorPort(int id) {
    if (id < 1 || id > coordinatorPorts.size()) {
      throw new ClusterException(
          "the cluster has no coordinator %d; --port starts one more".formatted(id));
    }
    return coordinatorPorts.get(id - 1);
  }

  public NodePort catalog() {
    return nodes.getFirst();
  }

  public List<NodePort> datanodes() {
    return nodes.subList(1, nodes.size());
  }

  public NodePort node(String name) {
    return nodes.stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ClusterException("the cluster has no node " + name));
  }

  public PostgresBinaries binaries() {
    return PostgresBinaries.of(access.postgres());
  }

  public ClusterSettings withPort(int port) {
    List<Integer> ports = new ArrayList<>(coordinatorPorts);
    ports.set(0, port);
    return new ClusterSettings(ports, gtmPort, nodes, access, serverSettings);
  }

  public ClusterSettings withAccess(Access other) {
    return new ClusterSettings(coordinatorPorts, gtmPort, nodes, other, serverSettings);
  }

  Map<String, String> toProperties() {
    Map<String, String> properties = new TreeMap<>();
    properties.put("format", Integer.toString(FORMAT));
    properties.put("coordinators", join(coordinatorPorts));
    properties.put("gtm", Integer.toString(gtmPort));
    properties.put("nodes", join(nodes.stream().map(NodePort::name).toList()));
    nodes.forEach(n -> properties.put(n.name() + PORT_SUFFIX, Integer.toString(n.port())));
    properties.put("postgres", access.postgres());
    properties.put("auth", access.auth().word());
    serverSettings.forEach((name, value) -> properties.put(SERVER_PREFIX + name, value));
    return properties;
  }

  /** Refuses another format and keys that it does not know. */
  static ClusterSettings fromProperties(Properties properties) {
    Map<String, String> left = new TreeMap<>();
    properties.forEach((key, value) -> left.put(key.toString(), value.toString()));
    String format = take(left, "format");
    if (!format.equals(Integer.toString(FORMAT))) {
      throw new ClusterException(
          "the cluster is of format %s, this Drover knows %d".formatted(format, FORMAT));
    }
    List<Integer> coordinators =
        split(take(left, "coordinators")).stream().map(ClusterSettings::number).toList();
    int gtm = number(take(left, "gtm"));
    List<NodePort> nodes =
        split(take(left, "nodes")).stream()
            .map(name -> new NodePort(name, number(take(left, name + PORT_SUFFIX))))
            .toList();
    Access access = new Access(take(left, "postgres"), Auth.of(take(left, "auth")));
    Map<String, String> servers = new TreeMap<>();
    left.forEach(
        (key, value) -> {
          if (!key.startsWith(SERVER_PREFIX)) {
            throw new ClusterException("unknown setting of the cluster: " + key);
          }
          servers.put(key.substring(SERVER_PREFIX.length()), value);
        });
    return new ClusterSettings(coordinators, gtm, nodes, access, servers);
  }

  private static String take(Map<String, String> properties, String key) {
    String value = properties.remove(key);
    if (value == null) {
      throw new ClusterException("the cluster's settings lack " + key);
    }
    return value.strip();
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new ClusterException("not a number in the cluster's settings: " + text, e);
    }
  }

  private static List<String> split(String text) {
    return List.of(text.strip().split("\\s*,\\s*"));
  }

  private static String join(List<?> items) {
    return String.join(",", items.stream().map(Object::toString).toList());
  }
}
