package dev.drover.coordinator.transfer;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.KeyColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Which node keeps which rows of a table that is made anew, and which it sends where.
 *
 * <p>What a node keeps and what it sends are complements of each other on that node, so that no row
 * is lost or doubled; copies of a replicated table are told apart only by their keys' slots.
 *
 * <p>Threads: immutable.
 *
 * @param rows with all names filled in
 * @param shards of the new table, if it has leaves
 */
public record CarryRoutes(CarryRows rows, Optional<ShardMap> shards, List<Route> routes) {
  private static final String ALL = "true";

  /**
   * What one node does.
   *
   * @param keep condition of the rows that it copies to the new table itself
   */
  public record Route(int node, Optional<String> keep, Optional<Send> send) {}

  /**
   * What one node sends.
   *
   * @param condition of the rows
   * @param to nodes that may get them; never the node itself
   */
  public record Send(String condition, List<Integer> to) {}

  public CarryRoutes {
    routes = List.copyOf(routes);
  }

  public static CarryRoutes of(CarryRows rows, UnaryOperator<String> fill) {
    CarryRows.Target target =
        switch (rows.target()) {
          case CarryRows.Leaves leaves ->
              new CarryRows.Leaves(
                  leaves.modulo(),
                  leaves.keyNames(),
                  leaves.key(),
                  fill.apply(leaves.distributionId()),
                  fill.apply(leaves.leafName()),
                  fill.apply(leaves.slots()));
          case CarryRows.Copies copies -> copies;
          case CarryRows.Anywhere anywhere -> anywhere;
        };
    CarryRows filled =
        new CarryRows(
            fill.apply(rows.from()), fill.apply(rows.to()), rows.columns(), rows.source(), target);
    return switch (target) {
      case CarryRows.Leaves leaves -> toLeaves(filled, leaves);
      case CarryRows.Copies copies ->
          new CarryRoutes(filled, Optional.empty(), toCopies(filled, copies));
      case CarryRows.Anywhere anywhere ->
          new CarryRoutes(filled, Optional.empty(), toAnywhere(filled, anywhere));
    };
  }

  /** The new table's distribution, as far as rows must be sent by it. */
  Distribution distribution(List<Integer> to) {
    return switch (rows.target()) {
      case CarryRows.Leaves leaves when leaves.modulo() ->
          new Distribution.Modulo(id(leaves), 0, shards.orElseThrow(), leaves.leafName());
      case CarryRows.Leaves leaves ->
          new Distribution.Hash(id(leaves), List.of(), shards.orElseThrow(), leaves.leafName());
      case CarryRows.Copies _ -> new Distribution.Replicated(0, to, -1);
      case CarryRows.Anywhere _ -> new Distribution.RoundRobin(0, to);
    };
  }

  /** The key among the columns that are sent. */
  List<KeyColumn> key() {
    return rows.target() instanceof CarryRows.Leaves leaves ? leaves.key() : List.of();
  }

  private static int id(CarryRows.Leaves leaves) {
    return Integer.parseInt(leaves.distributionId());
  }

  private static CarryRoutes toLeaves(CarryRows rows, CarryRows.Leaves leaves) {
    int[] nodeOfSlot =
        Arrays.stream(leaves.slots().substring(1, leaves.slots().length() - 1).split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    ShardMap shards = ShardMap.of(0, nodeOfSlot);
    List<Integer> nodes = rows.source().nodes();
    List<Route> routes = new ArrayList<>();
    for (int node : nodes) {
      int[] kept = shards.slotsOf(node);
      boolean first = routes.isEmpty();
      int[] sent =
          rows.source().copies()
              ? first ? slotsElsewhere(shards, nodes) : new int[0]
              : slotsElsewhere(shards, List.of(node));
      List<Integer> to = shards.nodes().stream().filter(n -> n != node).toList();
      routes.add(
          new Route(
              node,
              condition(rows, leaves, kept),
              condition(rows, leaves, sent).map(c -> new Send(c, to))));
    }
    return new CarryRoutes(rows, Optional.of(shards), routes);
  }

  private static int[] slotsElsewhere(ShardMap shards, List<Integer> nodes) {
    return IntStream.range(0, shards.modulus())
        .filter(slot -> !nodes.contains(shards.nodeOf(slot)))
        .toArray();
  }

  /** The rows of some slots; empty for no slots. */
  private static Optional<String> condition(CarryRows rows, CarryRows.Leaves leaves, int[] slots) {
    int modulus = leaves.slots().split(",").length;
    if (slots.length == 0) {
      return Optional.empty();
    }
    if (slots.length == modulus) {
      return Optional.of(ALL);
    }
    boolean fewer = slots.length * 2 <= modulus;
    int[] named =
        fewer
            ? slots
            : IntStream.range(0, modulus)
                .filter(s -> IntStream.of(slots).noneMatch(t -> t == s))
                .toArray();
    String any =
        IntStream.of(named)
            .mapToObj(
                slot ->
                    "pg_catalog.satisfies_hash_partition(%s::regclass, %d, %d, %s)"
                        .formatted(
                            SqlQuote.literal(rows.to()),
                            modulus,
                            slot,
                            String.join(", ", leaves.keyNames())))
            .collect(joining(" OR "));
    return Optional.of(fewer ? any : "NOT (" + any + ")");
  }

  private static List<Route> toCopies(CarryRows rows, CarryRows.Copies copies) {
    List<Integer> nodes = rows.source().nodes();
    List<Route> routes = new ArrayList<>();
    for (int node : nodes) {
      List<Integer> to =
          copies.nodes().stream()
              .filter(n -> rows.source().copies() ? !nodes.contains(n) : n != node)
              .toList();
      boolean sends = !to.isEmpty() && (!rows.source().copies() || routes.isEmpty());
      routes.add(
          new Route(
              node,
              Optional.of(ALL).filter(_ -> copies.nodes().contains(node)),
              sends ? Optional.of(new Send(ALL, to)) : Optional.empty()));
    }
    return routes;
  }

  /** Rows stay where they are if they may; of copies, one is dealt out. */
  private static List<Route> toAnywhere(CarryRows rows, CarryRows.Anywhere anywhere) {
    if (rows.source().copies()) {
      return List.of(dealt(rows, anywhere));
    }
    List<Route> routes = new ArrayList<>();
    for (int node : rows.source().nodes()) {
      boolean stays = anywhere.nodes().contains(node);
      routes.add(
          new Route(
              node,
              stays ? Optional.of(ALL) : Optional.empty(),
              stays ? Optional.empty() : Optional.of(new Send(ALL, anywhere.nodes()))));
    }
    return routes;
  }

  private static Route dealt(CarryRows rows, CarryRows.Anywhere anywhere) {
    int source =
        rows.source().nodes().stream()
            .filter(anywhere.nodes()::contains)
            .findFirst()
            .orElse(rows.source().nodes().getFirst());
    List<Integer> others = anywhere.nodes().stream().filter(n -> n != source).toList();
    if (others.size() == anywhere.nodes().size()) {
      return new Route(source, Optional.empty(), Optional.of(new Send(ALL, others)));
    }
    if (others.isEmpty()) {
      return new Route(source, Optional.of(ALL), Optional.empty());
    }
    String kept =
        "(pg_catalog.hashtext((drover_row.*)::pg_catalog.text) & 2147483647) %% %d = 0"
            .formatted(anywhere.nodes().size());
    return new Route(
        source, Optional.of(kept), Optional.of(new Send("NOT (" + kept + ")", others)));
  }
}
