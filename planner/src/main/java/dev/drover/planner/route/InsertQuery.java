package dev.drover.planner.route;

import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.gather.SeveralNodes;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.target.ColumnDefault;
import dev.drover.planner.target.InsertShape;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * INSERT of the rows of a query: each node inserts what it computes itself where the rows belong
 * there; else the query runs by itself, and its rows are sent where they belong.
 */
final class InsertQuery {
  private static final String SOURCE = "\"drover$s\"";

  private final Analysis analysis;
  private final Insert insert;
  private final InsertShape shape;
  private final QueryInfo source;
  private final List<TableUse> sourceTables;

  InsertQuery(Analysis analysis, Insert insert, InsertShape shape, QueryInfo source) {
    this.analysis = analysis;
    this.insert = insert;
    this.source = source;
    this.shape =
        Analyzer.columns(source, List.of()).map(c -> shape.narrowed(c.size())).orElse(shape);
    this.sourceTables = analysis.tables().stream().filter(t -> t != shape.table()).toList();
  }

  Plan plan() {
    boolean central = drawsCentrally();
    Optional<Plan> direct = central ? Optional.empty() : direct();
    return direct.orElseGet(() -> evaluated(central));
  }

  /** Its rows are read where only the catalog node has them. */
  Plan planOnCatalog() {
    return evaluated(drawsCentrally());
  }

  /** Its rows go where only the session's own connection sees them, which adds what they lack. */
  Plan planOntoCatalog() {
    return evaluated(reader(false), List.of());
  }

  private boolean drawsCentrally() {
    return shape.omitted().stream()
            .anyMatch(c -> shape.defaultOf(c) instanceof ColumnDefault.Central)
        || analysis.mentions().calls().stream()
            .anyMatch(c -> analysis.functions().isSequenceCall(c.call()));
  }

  /** Where the nodes can do it by themselves. */
  private Optional<Plan> direct() {
    List<Integer> only = analysis.onlyNode();
    if (!only.isEmpty()) {
      boolean oneNow = analysis.context().session().inTransaction();
      SqlText text = text(new NodeText(analysis).plain(oneNow), target(), oneNow);
      return Optional.of(new Plan.AnyNode(text, only, true));
    }
    return switch (shape.relation().distribution()) {
      case Distribution.Hash(_, _, var shards, _) ->
          pinned().or(() -> beside(new Placement.Group(shards, false)));
      case Distribution.Modulo(_, _, var shards, _) ->
          pinned().or(() -> beside(new Placement.Group(shards, true)));
      case Distribution.RoundRobin(_, var nodes) -> anywhere(nodes);
      case Distribution.Replicated _ -> Optional.empty();
      case Distribution.CatalogNode _ -> throw new IllegalStateException("not distributed");
    };
  }

  private String target() {
    return shape.qualifiedTarget();
  }

  /** Every row of the source and of the target is in one slot. */
  private Optional<Plan> pinned() {
    Optional<Map<TableUse, Pin>> pins = new KeyPins(analysis.flow()).all(sourceTables);
    Optional<List<KeyValue>> key = targetKey();
    if (pins.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    Map<TableUse, Pin> leaves = new LinkedHashMap<>(pins.get());
    leaves.put(shape.table(), KeyPins.pin(shape.table(), key.get()));
    List<Pin> distinct = leaves.values().stream().distinct().toList();
    if (!KeyPins.areOneSlot(distinct)) {
      return Optional.empty();
    }
    boolean oneNow = analysis.context().session().inTransaction();
    SpliceText splices = new NodeText(analysis).withLeaves(leaves, distinct, oneNow);
    SqlText text = text(splices, target(), oneNow);
    return Optional.of(new Plan.OneNode(text, distinct, true, Optional.empty()));
  }

  private Optional<List<KeyValue>> targetKey() {
    Optional<Block> block = source.block();
    List<KeyValue> key = new ArrayList<>();
    for (Column column : shape.key()) {
      Optional<Variable> variable = output(column);
      Optional<KeyValue> value =
          variable.flatMap(v -> block.flatMap(b -> analysis.flow().of(b).constant(v)));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      key.add(value.get());
    }
    return Optional.of(List.copyOf(key));
  }

  /** The column of the source's block that a target column is filled with, of its own family. */
  private Optional<Variable> output(Column column) {
    int position = shape.listed().indexOf(column);
    Optional<List<Output>> outputs = source.block().flatMap(Block::outputs);
    if (position < 0 || outputs.isEmpty() || position >= outputs.get().size()) {
      return Optional.empty();
    }
    Optional<HashType> type = KeyConstants.hashType(column);
    return outputs
        .get()
        .get(position)
        .variable()
        .filter(
            v ->
                Conditions.column(v)
                    .flatMap(KeyConstants::hashType)
                    .flatMap(given -> type.map(given::colocatesWith))
                    .orElse(false))
        .filter(v -> Conditions.column(v).map(c -> sameModifier(c, column)).orElse(false));
  }

  /** A shorter target type might cut or round the value. */
  private static boolean sameModifier(Column given, Column column) {
    return column.typmod() < 0
        || (given.typmod() == column.typmod() && given.typeOid() == column.typeOid());
  }

  /** The source's rows are placed by the columns that are the target's key. */
  private Optional<Plan> beside(Placement.Group group) {
    Optional<Block> block = source.block();
    if (block.isEmpty() || source.isCut()) {
      return Optional.empty();
    }
    if (!(analysis.placements().result(block.get()) instanceof Placement.Parts parts)
        || !parts.group().equals(Optional.of(group))) {
      return Optional.empty();
    }
    List<Variable> filled =
        shape.key().stream().flatMap(column -> output(column).stream()).toList();
    Facts facts = analysis.flow().of(block.get());
    boolean aligned =
        filled.size() == shape.key().size()
            && parts.keys().stream().anyMatch(key -> areSame(key, filled, facts));
    return aligned ? Optional.of(onNodes(parts)) : Optional.empty();
  }

  private static boolean areSame(List<Variable> a, List<Variable> b, Facts facts) {
    boolean same = a.size() == b.size();
    for (int i = 0; same && i < a.size(); i++) {
      same = facts.same(a.get(i), b.get(i));
    }
    return same;
  }

  private Plan onNodes(Placement.Parts parts) {
    new Refusals(analysis).checkRowPlaces();
    new Refusals(analysis).checkSeveralNodes();
    SpliceText splices = new NodeText(analysis).plain(true);
    new MomentText(splices, shape.relation().oid()).insertInto(source.query());
    SqlText text = text(splices, target(), true);
    List<Pin> pins = SeveralNodes.pins(analysis, sourceTables, parts);
    return new Plan.AllNodes(text, parts.nodes(), pins, Combine.ALL_ROWS, true);
  }

  private Optional<Plan> anywhere(List<Integer> nodes) {
    Placement rows =
        source.isCut() ? Placement.Copies.EVERYWHERE : analysis.placements().query(source);
    if (rows instanceof Placement.Parts parts && nodes.containsAll(parts.nodes())) {
      return Optional.of(onNodes(parts));
    }
    boolean replicated =
        sourceTables.stream()
            .allMatch(t -> t.relation().distribution() instanceof Distribution.Replicated);
    List<Integer> common =
        nodes.stream()
            .filter(
                n ->
                    sourceTables.stream()
                        .allMatch(t -> t.relation().distribution().nodes().contains(n)))
            .toList();
    if (!replicated || common.isEmpty()) {
      return Optional.empty();
    }
    boolean oneNow = analysis.context().session().inTransaction();
    SqlText text = text(new NodeText(analysis).plain(oneNow), target(), oneNow);
    return Optional.of(new Plan.AnyNode(text, common, true));
  }

  /** The whole statement; clocks among the defaults are spelled out when they must agree. */
  private SqlText text(SpliceText splices, String target, boolean oneNow) {
    List<Column> clocks =
        shape.omitted().stream()
            .filter(c -> oneNow && shape.defaultOf(c) instanceof ColumnDefault.Clock)
            .toList();
    List<Column> columns = new ArrayList<>(shape.listed());
    columns.addAll(clocks);
    TextBuilder text = new TextBuilder().add("INSERT INTO " + target);
    text.add(" (" + InsertShape.names(columns) + ") " + shape.overriding());
    SqlText rows = rows(splices);
    if (clocks.isEmpty()) {
      text.add(rows);
    } else {
      text.add("SELECT " + SOURCE + ".*");
      clocks.forEach(c -> text.add(", ").add(shape.defaultOf(c).text()));
      text.add(" FROM (").add(rows).add(") AS " + SOURCE);
    }
    return text.add(InsertValues.tail(insert, splices)).build();
  }

  /** The query, with the statement's WITH before it. */
  private SqlText rows(SpliceText splices) {
    TextBuilder rows = new TextBuilder();
    insert.with().ifPresent(w -> rows.add(splices.render(w.span())).add(" "));
    return rows.add(splices.render(source.query().span())).build();
  }

  /** The query runs by itself, its columns cast to the target's. */
  private Plan evaluated(boolean central) {
    Plan reader = reader(central);
    if (central && !(reader instanceof Plan.Local)) {
      throw Unsupported.error(
          "INSERT ... SELECT statements that read tables and draw from a sequence");
    }
    return evaluated(
        reader, shape.omitted().stream().filter(c -> mustBeSent(shape.defaultOf(c), c)).toList());
  }

  private Plan evaluated(Plan reader, List<Column> added) {
    List<Column> columns = new ArrayList<>(shape.listed());
    TextBuilder before = new TextBuilder().add("SELECT ");
    StringBuilder names = new StringBuilder();
    for (int i = 1; i <= columns.size(); i++) {
      String name = "\"c" + i + '"';
      before.add(i == 1 ? "" : ", ");
      before.add(shape.sent(SqlText.fixed(name), columns.get(i - 1)));
      names.append(i == 1 ? "" : ", ").append(name);
    }
    for (Column column : added) {
      SqlText value = shape.defaultOf(column).text();
      SqlText whole = new TextBuilder().add("(").add(value).add(")").build();
      before.add(", ").add(shape.sent(whole, column));
    }
    columns.addAll(added);
    before.add(" FROM (");
    SqlText after = SqlText.fixed(") AS " + SOURCE + " (" + names + ")");
    SqlText tail = InsertValues.tail(insert, new NodeText(analysis).plain(true));
    return new Plan.InsertFrom(
        new Wrapping(before.build(), after).around(reader),
        shape.target(columns, tail),
        columns.stream().map(Column::typeOid).toList());
  }

  private boolean mustBeSent(ColumnDefault byDefault, Column column) {
    boolean keyed = shape.key().contains(column);
    boolean copied = shape.relation().distribution() instanceof Distribution.Replicated;
    return switch (byDefault) {
      case ColumnDefault.Constant _ -> keyed && column.defaultExpression().isPresent();
      case ColumnDefault.Volatile _ -> keyed || copied;
      case ColumnDefault.Clock _, ColumnDefault.Central _ -> true;
    };
  }

  private Plan reader(boolean central) {
    if (sourceTables.isEmpty()) {
      boolean oneNow = analysis.context().session().inTransaction();
      return new LocalPlans(analysis).reader(rows(new NodeText(analysis).plain(oneNow)), central);
    }
    if (central) {
      throw Unsupported.error(
          "INSERT ... SELECT statements that read tables and draw from a sequence");
    }
    Query own = source.query();
    Span span = insert.with().map(w -> w.span().cover(own.span())).orElse(own.span());
    Query query =
        new Query(
            span,
            own.with().or(insert::with),
            own.body(),
            own.orderBy(),
            own.limit(),
            own.offset(),
            own.locking());
    RoutingContext context = analysis.context();
    StatementFacts facts = new StatementFacts(context.facts().parameterTypes(), List.of());
    Statement.Select select = new Statement.Select(span, query);
    return SelectRouter.withoutMerging(context.withText(alone(), facts), analysis.reads())
        .route(analysis.parsed().inner(select), select);
  }

  /** The statement's text with blanks between its WITH and its query, which are one query then. */
  private byte[] alone() {
    byte[] text = analysis.context().text().clone();
    insert
        .with()
        .ifPresent(
            w -> Arrays.fill(text, w.span().end(), source.query().span().start(), (byte) ' '));
    return text;
  }
}
