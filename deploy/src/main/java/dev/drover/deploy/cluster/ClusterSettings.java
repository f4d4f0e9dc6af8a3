package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.PostgresBinaries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a cluster's file {@code cluster.properties} says.
 *
 * <p>Invariant: the first node is the catalog node; ports are distinct. Of several GTMs one is
 * active at a time, and they keep their state on the first nodes.
 *
 * <p>Threads: immutable.
 */
public record ClusterSettings(
    List<Integer> coordinatorPorts,
    List<Integer> gtmPorts,
    List<NodePort> nodes,
    Access access,
    Map<String, String> serverSettings) {
  /** The format of the cluster's directory; another one is refused. */
  public static final int FORMAT = 1;

  private static final int MAX_SEAT_NODES = 5;
  private static final String SERVER_PREFIX = "server.";
  private static final String LISTEN = "listen";
  private static final String METRICS_PORT = "metrics.port";
  private static final String PORT_SUFFIX = ".port";

  /** Which PostgreSQL runs, who may connect, and from which port on metrics are shown. */
  public record Access(String postgres, Auth auth, Listen listen, Optional<Integer> metricsPort) {
    /** For clients on this machine; metrics are not shown. */
    public Access(String postgres, Auth auth) {
      this(postgres, auth, Listen.LOCAL, Optional.empty());
    }
  }

  public ClusterSettings {
    coordinatorPorts = List.copyOf(coordinatorPorts);
    gtmPorts = List.copyOf(gtmPorts);
    nodes = List.copyOf(nodes);
    serverSettings = Map.copyOf(serverSettings);
    if (coordinatorPorts.isEmpty() || nodes.size() < 2 || !nodes.getFirst().isCatalog()) {
      throw new ClusterException("a cluster needs a coordinator, a catalog node and a datanode");
    }
    if (gtmPorts.isEmpty()) {
      throw new ClusterException("a cluster needs a GTM");
    }
    List<Integer> ports = new ArrayList<>(coordinatorPorts);
    ports.addAll(gtmPorts);
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

  /** Of one of the GTMs, which are numbered from 1. */
  int gtmPort(int id) {
    if (id < 1 || id > gtmPorts.size()) {
      throw new ClusterException("the cluster has no GTM %d".formatted(id));
    }
    return gtmPorts.get(id - 1);
  }

  public boolean hasStandbys() {
    return gtmPorts.size() > 1;
  }

  /**
   * The nodes that keep the seat and the state of several GTMs: an odd number, since one more would
   * help no majority. The active GTM makes them those when it has heard of all of them.
   */
  List<NodePort> seatNodes() {
    int count = Math.min(nodes.size(), MAX_SEAT_NODES);
    return nodes.subList(0, count - (count + 1) % 2);
  }

  /**
   * Where a member's process shows its metrics, if anywhere: coordinators first, nodes last, so
   * that a new node changes nobody else's port.
   */
  Optional<Integer> metricsPort(Member member) {
    List<Member> order = new ArrayList<>(Member.of(this));
    order.sort(
        Comparator.comparing(
            each ->
                switch (each) {
                  case Member.Coordinator _, Member.ExtraCoordinator _ -> 0;
                  case Member.Gtm _ -> 1;
                  case Member.Node _ -> 2;
                }));
    int place = order.indexOf(member);
    return place < 0 ? Optional.empty() : access.metricsPort().map(first -> first + place);
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
    return new ClusterSettings(ports, gtmPorts, nodes, access, serverSettings);
  }

  public ClusterSettings withAccess(Access other) {
    return new ClusterSettings(coordinatorPorts, gtmPorts, nodes, other, serverSettings);
  }

  public ClusterSettings withGtmPorts(List<Integer> ports) {
    return new ClusterSettings(coordinatorPorts, ports, nodes, access, serverSettings);
  }

  /** With so many more, on free ports above the cluster's first. */
  public ClusterSettings withMoreGtms(int count) {
    List<Integer> ports = new ArrayList<>(gtmPorts);
    ports.addAll(freePorts(count));
    return withGtmPorts(ports);
  }

  boolean hasNode(String name) {
    return nodes.stream().anyMatch(node -> node.name().equals(name));
  }

  /** With one more node, on a free port. */
  ClusterSettings withNode(String name) {
    List<NodePort> more = new ArrayList<>(nodes);
    more.add(new NodePort(name, freePorts(1).getFirst()));
    return new ClusterSettings(coordinatorPorts, gtmPorts, more, access, serverSettings);
  }

  ClusterSettings withoutNode(String name) {
    List<NodePort> others = nodes.stream().filter(node -> !node.name().equals(name)).toList();
    return new ClusterSettings(coordinatorPorts, gtmPorts, others, access, serverSettings);
  }

  private List<Integer> freePorts(int count) {
    Set<Integer> taken = new HashSet<>(coordinatorPorts);
    nodes.forEach(node -> taken.add(node.port()));
    taken.addAll(gtmPorts);
    return Ports.freeAbove(port(), count + taken.size()).stream()
        .filter(free -> !taken.contains(free))
        .limit(count)
        .toList();
  }

  Map<String, String> toProperties() {
    Map<String, String> properties = new TreeMap<>();
    properties.put("format", Integer.toString(FORMAT));
    properties.put("coordinators", join(coordinatorPorts));
    properties.put("gtm", join(gtmPorts));
    properties.put("nodes", join(nodes.stream().map(NodePort::name).toList()));
    nodes.forEach(n -> properties.put(n.name() + PORT_SUFFIX, Integer.toString(n.port())));
    properties.put("postgres", access.postgres());
    properties.put("auth", access.auth().word());
    if (access.listen() != Listen.LOCAL) {
      properties.put(LISTEN, access.listen().word());
    }
    access.metricsPort().ifPresent(first -> properties.put(METRICS_PORT, first.toString()));
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
    List<Integer> coordinators = numbers(take(left, "coordinators"));
    List<Integer> gtms = numbers(take(left, "gtm"));
    List<NodePort> nodes =
        split(take(left, "nodes")).stream()
            .map(name -> new NodePort(name, number(take(left, name + PORT_SUFFIX))))
            .toList();
    Access access =
        new Access(
            take(left, "postgres"),
            Auth.of(take(left, "auth")),
            Optional.ofNullable(left.remove(LISTEN)).map(Listen::of).orElse(Listen.LOCAL),
            Optional.ofNullable(left.remove(METRICS_PORT)).map(ClusterSettings::number));
    Map<String, String> servers = new TreeMap<>();
    left.forEach(
        (key, value) -> {
          if (!key.startsWith(SERVER_PREFIX)) {
            throw new ClusterException("unknown setting of the cluster: " + key);
          }
          servers.put(key.substring(SERVER_PREFIX.length()), value);
        });
    return new ClusterSettings(coordinators, gtms, nodes, access, servers);
  }

  private static String take(Map<String, String> properties, String key) {
    String value = properties.remove(key);
    if (value == null) {
      throw new ClusterException("the cluster's settings lack " + key);
    }
    return value.strip();
  }

  private static List<Integer> numbers(String text) {
    return split(text).stream().map(ClusterSettings::number).toList();
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
