package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One step of the coordinator's in what EXPLAIN shows.
 *
 * @param type PostgreSQL's "Node Type"
 * @param suffix what text shows behind the type
 * @param children more of our own
 * @param servers plans of servers that do this step
 */
public record ExplainNode(
    String type,
    String suffix,
    Measures measures,
    List<Property> properties,
    List<ExplainNode> children,
    List<ServerPlan> servers) {
  /**
   * Something that is said of a node.
   *
   * @param label in text, as Postgres-XC wrote it
   * @param key elsewhere
   */
  public record Property(String label, String key, Json value) {
    public Property {
      requireNonNull(label);
      requireNonNull(key);
      requireNonNull(value);
    }

    public static Property of(String label, String key, String value) {
      return new Property(label, key, new Json.Text(value));
    }

    public static Property of(String label, String key, List<String> values) {
      return new Property(label, key, Json.texts(values));
    }
  }

  /**
   * Estimates and what was measured.
   *
   * @param millis from the step's start to its end; empty when times are not wanted
   */
  public record Measures(
      Optional<ServerPlan.Estimate> estimate, Optional<Double> millis, Optional<Double> rows) {
    public static final Measures NONE =
        new Measures(Optional.empty(), Optional.empty(), Optional.empty());

    public Measures {
      requireNonNull(estimate);
      requireNonNull(millis);
      requireNonNull(rows);
    }
  }

  public ExplainNode {
    requireNonNull(type);
    requireNonNull(suffix);
    requireNonNull(measures);
    properties = List.copyOf(properties);
    children = List.copyOf(children);
    servers = List.copyOf(servers);
  }

  /** What the servers' topmost nodes say together. */
  public static Optional<ServerPlan.Estimate> estimate(List<ServerPlan> servers) {
    return servers.stream().flatMap(s -> s.estimate().stream()).reduce(ServerPlan.Estimate::beside);
  }
}
