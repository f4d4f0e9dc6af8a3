package dev.drover.planner.moves;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Fact;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.placement.Placements;
import dev.drover.planner.plan.Exchange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists the places where the rows of a query can meet, and for each place what can be done with
 * every table: its rows stay, are copied to all nodes, or are spread by a key.
 *
 * <p>Costs are bytes that are sent or received; rows that a node works through count as some bytes.
 */
public final class MoveOptions {
  /**
   * Where rows meet: by the slots of a group, equal values of the key on one node.
   *
   * @param staying the one table that need not move whatever the key is
   */
  record Target(Optional<Placement.Group> group, List<Variable> key, Optional<TableUse> staying) {}

  /**
   * What is done with a table.
   *
   * @param route empty when its rows stay
   */
  record Option(double cost, Optional<Exchange.Route> route, Placement placement) {}

  private final Analysis analysis;
  private final Map<TableUse, Producer> producers;
  private final Facts equal;
  private final int nodes;

  MoveOptions(Analysis analysis, Map<TableUse, Producer> producers) {
    this.analysis = analysis;
    this.producers = producers;
    Facts all = Facts.NONE;
    for (TableUse table : analysis.tables()) {
      all = all.and(analysis.flow().of(table));
    }
    for (Block block : analysis.mentions().blocks()) {
      for (FromInfo item : block.from()) {
        all = all.and(matches(item));
      }
    }
    this.equal = all;
    this.nodes = analysis.context().catalog().datanodes().size();
  }

  /** What the conditions of joins say of rows that match; others are kept by themselves. */
  private static List<Fact> matches(FromInfo item) {
    if (!(item instanceof FromInfo.Join join)) {
      return List.of();
    }
    List<Fact> facts = new ArrayList<>(join.facts());
    facts.addAll(matches(join.left()));
    facts.addAll(matches(join.right()));
    return facts;
  }

  List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (TableUse table : analysis.tables()) {
      if (Placements.table(table) instanceof Placement.Parts(var group, _, var keys)) {
        List<Variable> key = keys.isEmpty() ? List.of() : keys.getFirst();
        add(targets, new Target(group, key, Optional.of(table)));
      }
    }
    for (TableUse table : analysis.tables()) {
      for (String column : columns(table)) {
        Variable variable = new Variable(table, column);
        boolean joined = equal.classOf(variable).stream().anyMatch(v -> v.source() != table);
        if (joined && hashType(table, column).isPresent()) {
          add(
              targets,
              new Target(Optional.of(anyGroup(analysis)), List.of(variable), Optional.empty()));
        }
      }
    }
    return targets;
  }

  private List<String> columns(TableUse table) {
    return Optional.ofNullable(producers.get(table)).map(Producer::columns).orElse(List.of());
  }

  private void add(List<Target> targets, Target more) {
    boolean known =
        targets.stream()
            .anyMatch(
                t ->
                    t.group().equals(more.group())
                        && !t.key().isEmpty()
                        && areEqual(t.key(), more.key()));
    if (!known) {
      targets.add(more);
    }
  }

  private boolean areEqual(List<Variable> left, List<Variable> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal.same(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The slots of the widest group there is. */
  public static Placement.Group anyGroup(Analysis analysis) {
    return analysis.tables().stream()
        .map(Placements::table)
        .flatMap(p -> p instanceof Placement.Parts parts ? parts.group().stream() : null)
        .filter(g -> !g.modulo())
        .max(Comparator.comparingInt(g -> g.shards().nodes().size()))
        .orElseGet(
            () -> {
              int[] slots =
                  analysis.context().catalog().datanodes().stream().mapToInt(n -> n).toArray();
              return new Placement.Group(ShardMap.of(0, slots), false);
            });
  }

  /** What can be done with a table so that its rows meet the others there, cheapest first. */
  List<Option> options(TableUse table, Target target) {
    List<Option> options = new ArrayList<>();
    Producer producer = producers.get(table);
    double rows = producer == null ? new RowEstimates(analysis).rows(table) : producer.rows();
    Placement own = Placements.table(table);
    if (own instanceof Placement.Copies) {
      options.add(new Option(rows * RowEstimates.BYTES_PER_ROW, Optional.empty(), own));
    } else if (stays(table, own, target)) {
      options.add(new Option(rows * RowEstimates.BYTES_PER_ROW / nodes, Optional.empty(), own));
    }
    if (producer != null) {
      if (!(own instanceof Placement.Copies)) {
        options.add(copied(producer));
      }
      byKey(producer, target).ifPresent(options::add);
    }
    options.sort(Comparator.comparingDouble(Option::cost));
    return options;
  }

  private boolean stays(TableUse table, Placement own, Target target) {
    return target.staying().equals(Optional.of(table))
        || (own instanceof Placement.Parts(var group, _, var keys)
            && group.isPresent()
            && group.equals(target.group())
            && keys.stream().anyMatch(k -> areEqual(k, target.key())));
  }

  private Option copied(Producer producer) {
    List<Integer> everywhere = analysis.context().catalog().datanodes();
    double cost = producer.bytes() * (1 + nodes) + producer.rows() * RowEstimates.BYTES_PER_ROW;
    return new Option(
        cost,
        Optional.of(new Exchange.Route.Broadcast()),
        new Placement.Copies(Optional.of(everywhere), true));
  }

  private Optional<Option> byKey(Producer producer, Target target) {
    List<Variable> key = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    List<HashType> types = new ArrayList<>();
    for (Variable wanted : target.key()) {
      Optional<String> column = keyColumn(producer, wanted);
      if (column.isEmpty()) {
        return Optional.empty();
      }
      key.add(new Variable(producer.table(), column.get()));
      positions.add(producer.columns().indexOf(column.get()));
      types.add(hashType(producer.table(), column.get()).orElseThrow());
    }
    if (key.isEmpty() || target.group().isEmpty()) {
      return Optional.empty();
    }
    Placement.Group group = target.group().get();
    double cost = producer.bytes() * 2 + producer.rows() * RowEstimates.BYTES_PER_ROW / nodes;
    return Optional.of(
        new Option(
            cost,
            Optional.of(new Exchange.Route.ByKey(positions, types, group.shards(), group.modulo())),
            new Placement.Parts(target.group(), group.shards().nodes(), List.of(key))));
  }

  private Optional<String> keyColumn(Producer producer, Variable wanted) {
    return producer.columns().stream()
        .filter(c -> hashType(producer.table(), c).isPresent())
        .filter(c -> equal.same(new Variable(producer.table(), c), wanted))
        .findFirst();
  }

  private static Optional<HashType> hashType(TableUse table, String column) {
    return KeyConstants.hashType(table.column(column)).filter(HashType::distributable);
  }

  /** Where they are, whether they move or not. */
  double costOfReading(TableUse table) {
    return producers.get(table).rows() * RowEstimates.BYTES_PER_ROW / nodes;
  }

  /** What it costs to bring all rows to one place and to work there. */
  double costOfGathering() {
    double cost = 0;
    for (TableUse table : analysis.tables()) {
      Producer producer = producers.get(table);
      if (producer == null) {
        return Double.POSITIVE_INFINITY;
      }
      cost += producer.bytes() * 2 + producer.rows() * RowEstimates.BYTES_PER_ROW;
    }
    return cost;
  }
}
