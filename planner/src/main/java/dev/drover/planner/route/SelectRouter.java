package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.calcite.ConditionPlacement;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.change.ChangeRouter;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.gather.SeveralNodes;
import dev.drover.planner.moves.ExchangePlans;
import dev.drover.planner.moves.MoveOptions;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.FactFlow;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.pull.PullUp;
import dev.drover.planner.relational.RelationalPlans;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import dev.drover.planner.target.KeyAssignments;
import dev.drover.planner.text.LiteralParameters;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.translation.Translation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Routes queries: to the catalog node, to one node, to any, or to all that hold rows. */
final class SelectRouter {
  /** How many rows joins yield is guessed less well than how many tables have. */
  private static final double WELL_BELOW = 0.8;

  private static final double ABOUT = 1.01;

  private final RoutingContext context;
  private final LiteralReads reads;
  private final boolean inJava;

  SelectRouter(RoutingContext context, LiteralReads reads) {
    this(context, reads, true);
  }

  private SelectRouter(RoutingContext context, LiteralReads reads, boolean inJava) {
    this.context = context;
    this.reads = reads;
    this.inJava = inJava;
  }

  /** Results of several nodes are at most put one after another, or finished by PostgreSQL. */
  static SelectRouter withoutMerging(RoutingContext context, LiteralReads reads) {
    return new SelectRouter(context, reads, false);
  }

  Plan route(ParsedStatement parsed, Statement.Select select) {
    Analyzer analyzer = Analyzer.of(context);
    QueryInfo query = analyzer.query(select.query(), Analyzer.Place.TOP);
    FunctionRules functions = new FunctionRules(context.catalog(), context.functions());
    FactFlow flow = new FactFlow(analyzer.mentions(), functions, reads);
    flow.query(query, Facts.NONE);
    analyzer.mentions().changes().forEach(change -> flow.block(change.block(), Facts.NONE));
    Analysis analysis = new Analysis(context, parsed, analyzer.mentions(), functions, reads, flow);
    try {
      return plan(analysis, query);
    } catch (SqlError refusal) {
      return new ChangeRouter(analysis, Optional.empty()).unless(refusal);
    }
  }

  /** For a query that is all that the analysis is about. */
  Plan plan(Analysis analysis, QueryInfo query) {
    if (analysis.tables().isEmpty()) {
      return new LocalPlans(analysis).plan();
    }
    try {
      return whereRowsAre(analysis, query);
    } catch (SqlError refusal) {
      return gathered(analysis, query, refusal);
    }
  }

  /**
   * What the nodes cannot answer from the rows that they have runs over rows that have moved: on
   * the nodes, or where all are gathered.
   */
  private Plan gathered(Analysis analysis, QueryInfo query, SqlError refusal) {
    if (refusal.state() != SqlState.FEATURE_NOT_SUPPORTED || analysis.mentions().modifiesInWith()) {
      throw refusal;
    }
    Plan gathered = new PullUp(analysis, query).plan();
    ExchangePlans moving = new ExchangePlans(analysis, query, inJava);
    if (!moving.isPossible()) {
      return gathered;
    }
    Set<Integer> before = reads.ordinals();
    Optional<ExchangePlans.Costed> tables = moving.plan(gathered);
    Optional<Plan> joined =
        joined(analysis, query, gathered)
            .filter(plan -> tables.isEmpty() || isBetter(plan, tables.get()))
            .map(RelationalPlans.Costed::plan);
    if (joined.isPresent()) {
      forgetCounts(query, before);
      return joined.get();
    }
    return tables.<Plan>map(ExchangePlans.Costed::plan).orElse(gathered);
  }

  /**
   * Also where it costs about the same, if the tables are joined again with those that have told
   * which of their rows need not move: the servers' planners would think that this leaves out as
   * many once more.
   */
  private static boolean isBetter(RelationalPlans.Costed joined, ExchangePlans.Costed tables) {
    boolean guessed = joined.movesJoins() || !tables.joinsTwice();
    return joined.cost() < tables.cost() * (guessed ? WELL_BELOW : ABOUT);
  }

  /** How many rows LIMIT asks for concerns only the plan that was not taken. */
  private void forgetCounts(QueryInfo query, Set<Integer> before) {
    query.query().limit().ifPresent(l -> reads.forget(l.span(), before));
    query.query().offset().ifPresent(o -> reads.forget(o.span(), before));
  }

  /** By fragments between which results of joins and groups move. */
  private Optional<RelationalPlans.Costed> joined(
      Analysis analysis, QueryInfo query, Plan gathered) {
    return Translation.of(analysis, query)
        .flatMap(
            t ->
                RelationalPlans.plan(
                    ConditionPlacement.of(t.rows()),
                    new RelationalPlans.Asked(t.finish(), reads, Optional.of(gathered)),
                    context.catalog().datanodes(),
                    MoveOptions.anyGroup(analysis).shards()));
  }

  private Plan whereRowsAre(Analysis analysis, QueryInfo query) {
    Refusals refusals = new Refusals(analysis);
    refusals.checkDatanodes();
    refusals.checkSequences();
    if (!analysis.isReplicatedOnly()) {
      refusals.checkLockedCopies();
    }
    Optional<Map<TableUse, Pin>> pins =
        analysis.mentions().changes().stream().allMatch(SelectRouter::staysWithItsRows)
            ? new KeyPins(analysis.flow()).all(analysis.tables())
            : Optional.empty();
    if (pins.isPresent() && mayChange(analysis, pins.get())) {
      return oneNode(analysis, query, pins.get());
    }
    refusals.checkRowPlaces();
    List<Integer> only = analysis.onlyNode();
    if (!only.isEmpty()) {
      return anyNode(analysis, only);
    }
    if (analysis.mentions().modifiesInWith()) {
      throw Unsupported.error("data-modifying WITH queries over several nodes");
    }
    return analysis.isReplicatedOnly() ? replicated(analysis) : several(analysis, query);
  }

  /** A change in WITH that a leaf can carry out for its own rows. */
  private static boolean staysWithItsRows(Mentions.Change change) {
    boolean isOfTable =
        change.block().from().getFirst() instanceof FromInfo.Leaf(TableUse table)
            && !table.key().isEmpty();
    return switch (change.statement()) {
      case Update update when isOfTable -> {
        TableUse table = (TableUse) change.block().scope().sources().getFirst();
        KeyAssignments.check(table.relation(), update.assignments(), Optional.of(table.name()));
        yield true;
      }
      case Delete _ -> isOfTable;
      default -> false;
    };
  }

  private static boolean mayChange(Analysis analysis, Map<TableUse, Pin> leaves) {
    return !analysis.mentions().modifiesInWith()
        || KeyPins.areOneSlot(leaves.values().stream().distinct().toList());
  }

  private Plan oneNode(Analysis analysis, QueryInfo query, Map<TableUse, Pin> leaves) {
    List<Pin> pins = leaves.values().stream().distinct().toList();
    SqlText text =
        new NodeText(analysis)
            .withLeaves(leaves, pins, context.session().inTransaction())
            .render(analysis.span());
    Optional<Plan> otherwise =
        KeyPins.areOneSlot(pins) ? Optional.empty() : ifPossible(analysis, query);
    List<Integer> types = query.block().map(b -> literalTypes(analysis, b)).orElse(List.of());
    return new Plan.OneNode(text, pins, analysis.mentions().modifiesInWith(), otherwise, types);
  }

  private static List<Integer> literalTypes(Analysis analysis, Block block) {
    return analysis.tables().size() == 1
        ? new LiteralParameters(analysis, block.scope()).ofRow(analysis.tables().getFirst())
        : List.of();
  }

  private Optional<Plan> ifPossible(Analysis analysis, QueryInfo query) {
    try {
      return Optional.of(severalOrGathered(analysis, query));
    } catch (SqlError _) {
      return Optional.empty();
    }
  }

  private Plan severalOrGathered(Analysis analysis, QueryInfo query) {
    try {
      new Refusals(analysis).checkRowPlaces();
      return several(analysis, query);
    } catch (SqlError refusal) {
      return gathered(analysis, query, refusal);
    }
  }

  private Plan anyNode(Analysis analysis, List<Integer> nodes) {
    SqlText text =
        new NodeText(analysis).plain(context.session().inTransaction()).render(analysis.span());
    return new Plan.AnyNode(text, nodes, analysis.mentions().modifiesInWith());
  }

  /**
   * Row locks are taken on the primary, where every write comes by, also that of a cursor's row.
   */
  private Plan replicated(Analysis analysis) {
    List<Integer> nodes = analysis.commonNodes();
    if (nodes.isEmpty()) {
      throw Unsupported.error("joins of replicated tables that share no node");
    }
    boolean locks = !analysis.mentions().locks().isEmpty();
    if (!locks && !context.session().ofCursor()) {
      return anyNode(analysis, nodes);
    }
    List<Integer> primaries =
        analysis.tables().stream()
            .map(t -> ((Distribution.Replicated) t.relation().distribution()).primary())
            .distinct()
            .toList();
    if (primaries.size() > 1 || !nodes.containsAll(primaries)) {
      if (!locks) {
        return anyNode(analysis, nodes);
      }
      throw Unsupported.error("row locks on replicated tables with different primary nodes");
    }
    return anyNode(analysis, primaries);
  }

  private Plan several(Analysis analysis, QueryInfo query) {
    new Refusals(analysis).checkSeveralNodes();
    return new SeveralNodes(analysis, query, inJava).plan();
  }
}
