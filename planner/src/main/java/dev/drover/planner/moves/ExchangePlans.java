package dev.drover.planner.moves;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.gather.SeveralNodes;
import dev.drover.planner.join.CheapestChoice;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Moves;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.placement.Placements;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans a query that the nodes can answer together once the rows of some tables have moved: copied
 * to every node, or spread by the columns that the query joins them by.
 *
 * <pre>
 *   SELECT ... FROM orders o, customer c WHERE o.customer = c.id       orders by id, customer by id
 *   x1:    SELECT name, id FROM customer c                              to every node
 *   nodes: SELECT ... FROM orders o, drover_x1 AS c WHERE o.customer = c.id
 * </pre>
 *
 * <p>Of all such moves the cheapest is taken after which {@link Placements} finds that the nodes
 * compute the query each by itself; then the query is planned as if its tables had always been
 * there. The text of the query stays as it is but for the names of tables and for conditions that
 * rows have met before they moved, so that PostgreSQL evaluates every expression of it with the
 * very types and collations of the original. It would think that such a condition leaves out as
 * many rows once more.
 */
public final class ExchangePlans {
  private static final int MAX_TABLES = 16;
  private static final int TRIES = 100;

  /** The first name is that of rows that are gathered in the end. */
  private static final int FIRST = 2;

  private final Analysis analysis;
  private final QueryInfo query;
  private final boolean inJava;
  private final Map<TableUse, Producer> producers = new LinkedHashMap<>();
  private final Map<TableUse, List<Expr>> settled = new HashMap<>();

  public ExchangePlans(Analysis analysis, QueryInfo query, boolean inJava) {
    this.analysis = analysis;
    this.query = query;
    this.inJava = inJava;
  }

  private record Candidate(MoveOptions.Target target, List<List<MoveOptions.Option>> options) {}

  private record Moved(Moves moves, Map<TableUse, Exchange.Route> routes) {}

  /**
   * A plan and its price.
   *
   * @param cost in bytes that are sent or received; a row that a node works through is some
   * @param joinsTwice tables that have moved are joined with tables that have told already which of
   *     their rows need not move
   */
  public record Costed(Plan plan, double cost, boolean joinsTwice) {}

  /** Whether the nodes may take part in the query over rows that have moved. */
  public boolean isPossible() {
    return analysis.tables().size() <= MAX_TABLES && isRepeatable() && runsOnNodes();
  }

  /**
   * Empty when no such plan is found, or when it costs more than {@code gathered}. To be asked only
   * where it {@link #isPossible}.
   */
  public Optional<Costed> plan(Plan gathered) {
    findProducers();
    MoveOptions options = new MoveOptions(analysis, producers);
    List<CheapestChoice.Alternatives<Candidate>> all = new ArrayList<>();
    for (MoveOptions.Target target : options.targets()) {
      List<List<MoveOptions.Option>> each =
          analysis.tables().stream().map(t -> options.options(t, target)).toList();
      if (each.stream().noneMatch(List::isEmpty)) {
        List<List<Double>> costs =
            each.stream().map(o -> o.stream().map(MoveOptions.Option::cost).toList()).toList();
        all.add(new CheapestChoice.Alternatives<>(new Candidate(target, each), costs));
      }
    }
    return CheapestChoice.find(
            all, options.costOfGathering(), TRIES, choice -> planned(moved(choice)).isPresent())
        .map(choice -> costed(choice, options, gathered));
  }

  private Costed costed(
      CheapestChoice.Choice<Candidate> choice, MoveOptions options, Plan gathered) {
    Moved moved = moved(choice);
    Reductions reductions = reductions(moved);
    double cost = choice.cost() + reductions.cost();
    for (int i = 0; i < analysis.tables().size(); i++) {
      TableUse table = analysis.tables().get(i);
      MoveOptions.Option option = choice.name().options().get(i).get(choice.options().get(i));
      if (option.route().isPresent()) {
        cost += options.costOfReading(table);
        cost -= option.cost() * (1 - reductions.fraction(table));
      }
    }
    return new Costed(fragments(moved, reductions, gathered), cost, reductions.useTables());
  }

  /** Every node computes the same from the same rows, however often. */
  private boolean isRepeatable() {
    Mentions mentions = analysis.mentions();
    return mentions.locks().isEmpty()
        && !mentions.modifiesInWith()
        && !mentions.cutsBelow()
        && mentions.calls().stream().noneMatch(c -> analysis.functions().isVolatile(c.call()));
  }

  private boolean runsOnNodes() {
    Refusals refusals = new Refusals(analysis);
    try {
      refusals.checkDatanodes();
      refusals.checkSequences();
      refusals.checkRowPlaces();
      return true;
    } catch (SqlError _) {
      return false;
    }
  }

  private void findProducers() {
    PullFilters filters = new PullFilters(analysis, query);
    RowEstimates estimates = new RowEstimates(analysis);
    for (TableUse table : analysis.tables()) {
      if (mayMove(table)) {
        List<String> columns = analysis.mentions().needs().of(table);
        List<Expr> own = filters.of(table);
        List<PullFilters.Either> either = filters.either(table);
        double rows = estimates.rows(table, own, either);
        double width = estimates.width(table, columns);
        producers.put(table, new Producer(analysis, table, columns, own, either, rows, width));
        settled.put(table, filters.settled(table));
      }
    }
  }

  /** Its rows are used as such, column by column, by a text that can name another relation. */
  private boolean mayMove(TableUse table) {
    return table.inText()
        && !table.namesRowType()
        && !table.relation().columns().isEmpty()
        && table.ref().sample().isEmpty()
        && analysis.mentions().systemColumns().stream().noneMatch(s -> s.table() == table)
        && analysis.mentions().text().references().stream()
            .noneMatch(r -> r.resolved() instanceof Resolved.OfRow(var row) && row == table);
  }

  private Moved moved(CheapestChoice.Choice<Candidate> choice) {
    Map<TableUse, Moves.Move> moves = new LinkedHashMap<>();
    Map<TableUse, Exchange.Route> routes = new LinkedHashMap<>();
    for (int i = 0; i < analysis.tables().size(); i++) {
      TableUse table = analysis.tables().get(i);
      MoveOptions.Option option = choice.name().options().get(i).get(choice.options().get(i));
      if (option.route().isPresent()) {
        String relation = "drover_x" + (FIRST + moves.size());
        moves.put(table, new Moves.Move(relation, option.placement(), met(table)));
        routes.put(table, option.route().get());
      }
    }
    return new Moved(new Moves(moves), routes);
  }

  /** But what a column is equal to tells PostgreSQL of the columns, too, that it is joined with. */
  private List<Span> met(TableUse table) {
    return settled.get(table).stream()
        .filter(c -> !(c instanceof Expr.Operator o && Conditions.isEquality(o.operator())))
        .map(Expr::span)
        .toList();
  }

  /** What the nodes do then; empty when they cannot. */
  private Optional<Plan> planned(Moved moved) {
    Analysis then = analysis.after(moved.moves());
    if (query.body() instanceof Block block
        && then.placements().rows(block) instanceof Placement.Copies) {
      return Optional.empty();
    }
    if (new RowOrder(then).mattersForCopies()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SeveralNodes(then, query, inJava).plan());
    } catch (SqlError _) {
      return Optional.empty();
    }
  }

  private Plan fragments(Moved moved, Reductions reductions, Plan gathered) {
    List<Exchange> exchanges = new ArrayList<>(exchanges(moved, reductions));
    Plan then = planned(moved).orElseThrow();
    List<String> inputs =
        analysis.tables().stream()
            .flatMap(t -> moved.moves().of(t).stream())
            .map(Moves.Move::relation)
            .toList();
    boolean readsTables = inputs.size() < analysis.tables().size();
    Optional<Plan> afterWrites = Optional.of(gathered);
    return switch (then) {
      case Plan.Fragments(var gathers, var rest, var combine, _) -> {
        for (Exchange gather : gathers) {
          Fragment own = gather.producer();
          Fragment rows = new Fragment(own.text(), own.site(), inputs, readsTables);
          exchanges.add(
              new Exchange(
                  gather.relation(),
                  gather.columns(),
                  gather.constraints(),
                  gather.indexed(),
                  gather.compared(),
                  rows,
                  gather.route()));
        }
        yield new Plan.Fragments(exchanges, rest, combine, afterWrites);
      }
      case Plan.AllNodes(var text, var nodes, var pins, var combine, _, _) -> {
        Fragment last = new Fragment(text, site(nodes, pins), inputs, readsTables);
        yield new Plan.Fragments(exchanges, last, combine, afterWrites);
      }
      default -> throw new IllegalStateException("no plan over several nodes: " + then);
    };
  }

  private static Fragment.Site site(List<Integer> nodes, List<Pin> pins) {
    return new Fragment.Site.Nodes(nodes, pins);
  }

  /** Rows that are few come first: they tell which rows of the others need not move. */
  private Reductions reductions(Moved moved) {
    Map<TableUse, String> copied = new HashMap<>();
    moved
        .moves()
        .byTable()
        .forEach(
            (table, move) -> {
              if (move.placement() instanceof Placement.Copies) {
                copied.put(table, move.relation());
              }
            });
    Reductions reductions = new Reductions(analysis, producers, copied);
    moved.routes().keySet().stream()
        .sorted((a, b) -> Double.compare(producers.get(b).rows(), producers.get(a).rows()))
        .forEach(table -> reductions.reduce(table, FIRST + moved.routes().size()));
    return reductions;
  }

  private List<Exchange> exchanges(Moved moved, Reductions reductions) {
    List<Exchange> first = new ArrayList<>(reductions.keys());
    List<Exchange> then = new ArrayList<>();
    moved
        .routes()
        .forEach(
            (table, route) -> {
              List<Producer.Reduction> own = reductions.of(table);
              String relation = moved.moves().of(table).orElseThrow().relation();
              Exchange exchange = producers.get(table).exchange(relation, route, own);
              (own.isEmpty() ? first : then).add(exchange);
            });
    first.addAll(then);
    return first;
  }
}
