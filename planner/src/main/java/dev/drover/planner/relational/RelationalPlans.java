package dev.drover.planner.relational;

import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Plans a query as fragments and exchanges; the last fragment runs on the catalog node.
 *
 * <p>Threads: confined to the planning of one statement.
 */
public final class RelationalPlans {
  /** The first name is that of rows that are gathered in the end. */
  private static final int FIRST = 2;

  private static final String PREFIX = "drover_x";

  /** No piece of text is empty. */
  private static final String LITERAL = "";

  private static final Exchange.Column NO_COLUMN = new Exchange.Column("drover_row", "boolean");

  /**
   * A plan and its price.
   *
   * @param cost of reading its tables and of moving rows, but for the last time
   * @param movesJoins rows move whose number is guessed: results of joins of large tables
   */
  public record Costed(Plan.Fragments plan, double cost, boolean movesJoins) {}

  /**
   * What is asked of the rows.
   *
   * @param literals of the statement
   * @param afterWrites see {@link Plan.Fragments}
   */
  public record Asked(Finish finish, LiteralReads literals, Optional<Plan> afterWrites) {}

  private final Asked asked;
  private final Finish finish;
  private final List<Exchange> exchanges = new ArrayList<>();
  private final Set<Column> joined = new HashSet<>();

  private RelationalPlans(Asked asked) {
    this.asked = asked;
    this.finish = asked.finish();
  }

  /**
   * The cheapest plan; empty when there is none.
   *
   * @param shards by which rows are spread that have no better place to go to
   */
  public static Optional<Costed> plan(
      Rows rows, Asked asked, List<Integer> nodes, ShardMap shards) {
    Transfers transfers = new Transfers(nodes, shards);
    Finish finish = asked.finish();
    Set<Column> needed = finish.columns();
    return new Search(transfers)
        .plans(rows, needed).stream()
            .flatMap(placed -> gathered(placed, finish, transfers).stream())
            .min(Comparator.comparingDouble(Placed::cost))
            .map(
                best ->
                    new Costed(
                        new RelationalPlans(asked).fragments(best),
                        new Costs(transfers).ofMoves(best.rows()),
                        Costs.movesJoins(best.rows())));
  }

  /** What is gathered for the client as it is comes from the nodes without a detour. */
  private static Optional<Placed> gathered(Placed placed, Finish finish, Transfers transfers) {
    if (placed.spot() instanceof Spot.One) {
      return Optional.of(placed);
    }
    return last(placed, finish, transfers)
        .map(last -> finish.isPlain() ? placed.with(last.rows(), last.spot(), 0) : last);
  }

  /** Where each node can cut its own rows, few come. */
  private static Optional<Placed> last(Placed placed, Finish finish, Transfers transfers) {
    return finish.nodeLimit().isPresent()
        ? transfers.gatherFew(placed, finish.columns())
        : transfers.gather(placed, finish.columns());
  }

  private Plan.Fragments fragments(Placed best) {
    addJoined(best.rows());
    return best.rows() instanceof Rows.Moved moved && finish.isPlain()
        ? fragments(moved.input(), moved.from())
        : fragments(best.rows(), new Spot.One());
  }

  /** The last fragment runs there. */
  private Plan.Fragments fragments(Rows rows, Spot spot) {
    Set<String> inputs = new LinkedHashSet<>();
    SelectText text = new SelectText(moved -> named(moved, moved.equals(rows), inputs));
    SqlText last = finish.text(text.select(rows));
    Fragment fragment =
        new Fragment(last, site(rows, spot, inputs), List.copyOf(inputs), readsTables(rows));
    Combine all = new Combine.Concatenate(Combine.Window.ALL);
    return new Plan.Fragments(exchanges, fragment, all, asked.afterWrites());
  }

  private String named(Rows.Moved moved, boolean isLast, Set<String> inputs) {
    String name = exchange(moved, isLast);
    inputs.add(name);
    return name;
  }

  /** The relation with these rows; what is asked for twice moves once. */
  private String exchange(Rows.Moved moved, boolean isLast) {
    Set<String> inputs = new LinkedHashSet<>();
    SelectText.Select select =
        new SelectText(inner -> named(inner, false, inputs)).select(moved.input());
    TextBuilder text = new TextBuilder().add("SELECT ");
    for (int i = 0; i < moved.columns().size(); i++) {
      text.add(i == 0 ? "" : ", ").add(select.text(moved.columns().get(i)));
    }
    text.add(moved.columns().isEmpty() ? "true" : "").add(select.clauses());
    if (isLast) {
      text.add(finish.nodeTail(select));
    }
    List<Exchange.Column> columns = columns(moved);
    Fragment.Site site = site(moved.input(), moved.from(), inputs);
    Fragment producer =
        new Fragment(text.build(), site, List.copyOf(inputs), readsTables(moved.input()));
    String name = isLast ? PREFIX + 1 : PREFIX + (FIRST + exchanges.size());
    Exchange exchange =
        new Exchange(name, columns, List.of(), List.of(), compared(moved), producer, moved.route());
    for (int i = 0; i < exchanges.size(); i++) {
      if (isSame(exchanges.get(i), exchange)) {
        exchanges.set(i, both(exchanges.get(i), exchange));
        return exchanges.get(i).relation();
      }
    }
    exchanges.add(exchange);
    return name;
  }

  /** The first one, for the readers of both. */
  private static Exchange both(Exchange one, Exchange other) {
    Set<String> compared = new LinkedHashSet<>(one.compared());
    compared.addAll(other.compared());
    return new Exchange(
        one.relation(),
        one.columns(),
        one.constraints(),
        one.indexed(),
        List.copyOf(compared),
        one.producer(),
        one.route());
  }

  /** Whether the rows of both are the same, in the same places. */
  private boolean isSame(Exchange one, Exchange other) {
    return one.producer().site().equals(other.producer().site())
        && one.columns().equals(other.columns())
        && one.route().equals(other.route())
        && withoutLiterals(one).equals(withoutLiterals(other))
        && asked.literals().areWrittenAs(literals(one), literals(other));
  }

  private static List<String> withoutLiterals(Exchange exchange) {
    return exchange.producer().text().pieces().stream()
        .map(piece -> piece instanceof SqlText.Piece.Lifted ? LITERAL : piece.toString())
        .toList();
  }

  private static List<Integer> literals(Exchange exchange) {
    return exchange.producer().text().pieces().stream()
        .flatMap(piece -> piece instanceof SqlText.Piece.Lifted(int i) ? Stream.of(i) : Stream.of())
        .toList();
  }

  private void addJoined(Rows rows) {
    if (rows instanceof Rows.Join join) {
      join.on().stream()
          .flatMap(c -> c.equal().stream())
          .forEach(e -> joined.addAll(List.of(e.left(), e.right())));
    }
    rows.inputs().forEach(this::addJoined);
  }

  private List<String> compared(Rows.Moved moved) {
    return IntStream.range(0, moved.columns().size())
        .filter(i -> joined.contains(moved.columns().get(i)))
        .mapToObj(RelationalPlans::name)
        .toList();
  }

  private static List<Exchange.Column> columns(Rows.Moved moved) {
    if (moved.columns().isEmpty()) {
      return List.of(NO_COLUMN);
    }
    return IntStream.range(0, moved.columns().size())
        .mapToObj(i -> new Exchange.Column(name(i), moved.columns().get(i).type().orElseThrow()))
        .toList();
  }

  private static String name(int column) {
    return "c" + (column + 1);
  }

  /** Of copies one is read; relations that were sent there are there if they were sent to all. */
  private static Fragment.Site site(Rows rows, Spot spot, Set<String> inputs) {
    return switch (spot) {
      case Spot.Copies(var nodes) when inputs.isEmpty() -> new Fragment.Site.AnyOf(nodes);
      case Spot.Copies(var nodes) -> new Fragment.Site.Nodes(List.of(nodes.getFirst()), List.of());
      case Spot.Hashed _, Spot.Scattered _ ->
          new Fragment.Site.Nodes(spot.nodes(), Pruning.pins(rows));
      case Spot.One() -> new Fragment.Site.CatalogNode();
    };
  }

  private static boolean readsTables(Rows rows) {
    return switch (rows) {
      case Rows.Scan _ -> true;
      case Rows.Moved _ -> false;
      case Rows.Where _, Rows.Compute _, Rows.Join _, Rows.Group _ ->
          rows.inputs().stream().anyMatch(RelationalPlans::readsTables);
    };
  }
}
