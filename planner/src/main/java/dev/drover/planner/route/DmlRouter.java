package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.DmlReader;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.change.ChangeRouter;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.FactFlow;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.RowText;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Update;
import dev.drover.planner.target.AssignedDefaults;
import dev.drover.planner.target.ChangeTarget;
import dev.drover.planner.target.KeyAssignments;
import dev.drover.planner.target.ReplicatedWrites;
import dev.drover.planner.text.LiteralParameters;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Routes UPDATE, DELETE and MERGE. */
final class DmlRouter {
  private final RoutingContext context;
  private final ParsedStatement parsed;
  private final DmlReader reader;
  private final Analysis analysis;
  private final ChangeRouter change;

  DmlRouter(RoutingContext context, LiteralReads reads, ParsedStatement parsed) {
    this.context = context;
    this.parsed = parsed;
    this.reader = DmlReader.read(parsed.statement(), context);
    FunctionRules functions = new FunctionRules(context.catalog(), context.functions());
    FactFlow flow = new FactFlow(reader.mentions(), functions, reads);
    reader.commonTables().forEach(q -> flow.query(q, Facts.NONE));
    flow.block(reader.block(), Facts.NONE);
    reader.mentions().changes().forEach(c -> flow.block(c.block(), Facts.NONE));
    this.analysis = new Analysis(context, parsed, reader.mentions(), functions, reads, flow);
    this.change =
        new ChangeRouter(
            analysis,
            ChangeTarget.of(analysis, parsed.statement(), reader.target(), reader.block()));
  }

  Plan route() {
    if (analysis.tables().isEmpty()) {
      return new LocalPlans(analysis).plan();
    }
    try {
      return usual();
    } catch (SqlError refusal) {
      return change.unless(refusal);
    }
  }

  /** What RETURNING gives is in one place before it goes to the client. */
  Optional<Plan> routeOnCatalog() {
    return change.instead();
  }

  private Plan usual() {
    Refusals refusals = new Refusals(analysis);
    refusals.checkDatanodes();
    refusals.checkSequences();
    if (!(reader.target() instanceof TableUse target)) {
      throw Unsupported.error("changes of views over distributed tables");
    }
    if (parsed.statement() instanceof Update update) {
      KeyAssignments.check(target.relation(), update.assignments(), Optional.of(target.name()));
    }
    Optional<Expr.Special> current = currentOf();
    return current.isPresent()
        ? atCursor(target, current.get())
        : plan(refusals, reader.block(), target);
  }

  private Optional<Expr.Special> currentOf() {
    return RelationNames.collect(parsed.statement(), Expr.Special.class).stream()
        .filter(Expr.Special::isCurrentOf)
        .findFirst();
  }

  /** A cursor's row is on one node; other tables of the statement would not all be there. */
  private Plan atCursor(TableUse target, Expr.Special current) {
    if (!(current.children().getFirst() instanceof QualifiedName cursor)) {
      throw Unsupported.error("WHERE CURRENT OF clauses with a parameter");
    }
    if (analysis.tables().size() > 1) {
      throw Unsupported.error("WHERE CURRENT OF clauses beside other tables");
    }
    boolean byKey = !target.key().isEmpty() && NodeText.mayNameLeaf(target);
    Optional<Pin> leaves = byKey ? Optional.of(KeyPins.pin(target, List.of())) : Optional.empty();
    Map<TableUse, Pin> named = leaves.map(l -> Map.of(target, l)).orElse(Map.of());
    SpliceText text = splices(target, named, leaves.stream().toList(), true);
    Span whole = parsed.span();
    RowText row =
        new RowText(
            SqlNames.quoted(target.relation()),
            SqlNames.quote(target.name()),
            text.render(new Span(whole.start(), current.span().start())),
            text.render(new Span(current.span().end(), whole.end())));
    return new Plan.AtCursor(
        cursor.local(),
        target.relation().oid(),
        target.relation().name(),
        row,
        leaves,
        new ReplicatedWrites(analysis).atCursor(row, target));
  }

  private Plan plan(Refusals refusals, Block block, TableUse target) {
    boolean modifiesInWith = analysis.mentions().modifiesInWith();
    Optional<Map<TableUse, Pin>> pins =
        modifiesInWith
            ? Optional.empty()
            : new KeyPins(analysis.flow())
                .all(analysis.tables())
                .filter(all -> all.containsKey(target));
    if (pins.isPresent()) {
      return oneNode(block, target, pins.get());
    }
    refusals.checkRowPlaces();
    List<Integer> only = analysis.onlyNode();
    if (!only.isEmpty()) {
      SqlText text = text(target, Map.of(), List.of());
      return new Plan.AnyNode(text, only, true);
    }
    if (modifiesInWith) {
      throw Unsupported.error("data-modifying WITH queries over several nodes");
    }
    return several(block, target);
  }

  private Plan oneNode(Block block, TableUse target, Map<TableUse, Pin> leaves) {
    List<Pin> pins = leaves.values().stream().distinct().toList();
    SqlText text = text(target, leaves, pins);
    List<Integer> types = new LiteralParameters(analysis, block.scope()).ofRow(target);
    return new Plan.OneNode(text, pins, true, otherwise(block, target, pins), types);
  }

  /** For one node. */
  private SqlText text(TableUse target, Map<TableUse, Pin> leaves, List<Pin> pins) {
    return splices(target, leaves, pins, context.session().inTransaction()).render(parsed.span());
  }

  private SpliceText splices(
      TableUse target, Map<TableUse, Pin> leaves, List<Pin> pins, boolean oneNow) {
    SpliceText text = new NodeText(analysis).withLeaves(leaves, pins, oneNow);
    replaceDefaults(text, target, oneNow);
    return text;
  }

  private SqlText withDefaults(SpliceText text, TableUse target, boolean oneNow) {
    replaceDefaults(text, target, oneNow);
    return text.render(parsed.span());
  }

  private void replaceDefaults(SpliceText text, TableUse target, boolean oneNow) {
    if (parsed.statement() instanceof Update update) {
      new AssignedDefaults(target.relation(), context)
          .replaceIn(text, update.assignments(), oneNow);
    }
  }

  private Optional<Plan> otherwise(Block block, TableUse target, List<Pin> pins) {
    if (KeyPins.areOneSlot(pins)) {
      return Optional.empty();
    }
    try {
      new Refusals(analysis).checkRowPlaces();
      return Optional.of(several(block, target));
    } catch (SqlError _) {
      return change.instead();
    }
  }

  private Plan several(Block block, TableUse target) {
    if (parsed.statement() instanceof Merge) {
      throw Unsupported.error("MERGE statements over several nodes");
    }
    if (target.relation().distribution() instanceof Distribution.Replicated replicated) {
      SqlText text = withDefaults(new NodeText(analysis).plain(true), target, true);
      return new ReplicatedWrites(analysis).plan(text, target, replicated, locksRows(target));
    }
    new Refusals(analysis).checkSeveralNodes();
    return switch (analysis.placements().rows(block)) {
      case Placement.Refused(var error) -> throw error;
      case Placement.Copies _ -> throw new IllegalStateException("target is no copy");
      case Placement.Parts parts -> {
        List<Pin> pins = new KeyPins(analysis.flow()).several(target);
        SpliceText text = new NodeText(analysis).plain(true);
        new MomentText(text, target.relation().oid()).insertInto(parsed);
        yield new Plan.AllNodes(
            withDefaults(text, target, true), parts.nodes(), pins, Combine.ALL_ROWS, true);
      }
    };
  }

  /**
   * True when the statement picks rows by the equality of a primary key, and reads nothing else.
   */
  private boolean locksRows(TableUse target) {
    Facts facts = analysis.flow().of(target);
    return analysis.tables().size() == 1
        && target.relation().uniqueKeys().stream()
            .filter(Relation.UniqueKey::primary)
            .anyMatch(
                key ->
                    key.columns().stream()
                        .allMatch(column -> facts.constant(target.variable(column)).isPresent()));
  }
}
