package dev.drover.planner.pull;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ColumnNeeds;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.gather.AggregateSplit;
import dev.drover.planner.gather.SeveralNodes;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Refusals;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The plan that serves every query: the catalog node runs the statement's own text over the rows
 * that it needs.
 *
 * <pre>
 * SELECT a.x, b.y FROM t a JOIN u b ON a.id = b.ref WHERE a.x > 5
 *
 * Gather drover_x1 (id, x)   SELECT "a"."id", "a"."x" FROM "public"."t" AS "a" WHERE (a.x > 5)
 * Gather drover_x2 (ref, y)  SELECT "b"."ref", "b"."y" FROM "public"."u" AS "b"
 * SELECT a.x, b.y FROM drover_x1 AS "a" JOIN drover_x2 AS "b" ON a.id = b.ref WHERE a.x > 5
 * </pre>
 *
 * <p>Each reference of a table becomes a relation with the columns that the statement uses of it,
 * under their names and types, and views become their definitions. So PostgreSQL itself evaluates
 * everything, once, and in one place.
 */
public final class PullUp {
  private static final String RELATION = "drover_x";

  private static final String VALUE = "drover_value";

  private final Analysis analysis;
  private final ColumnNeeds needs;
  private final PullFilters filters;
  private final PullLocks locks;
  private final Map<Source, String> kept;
  private final Optional<PulledAggregates> aggregates;
  private final Map<String, String> relations = new HashMap<>();
  private final List<Exchange> exchanges = new ArrayList<>();

  public PullUp(Analysis analysis, QueryInfo query) {
    this(analysis, new PullFilters(analysis, query), Map.of(), Optional.of(query));
  }

  /** {@code kept} are the relations that stand in for what the statement changes. */
  public PullUp(Analysis analysis, PullFilters filters, Map<Source, String> kept) {
    this(analysis, filters, kept, Optional.empty());
  }

  private PullUp(
      Analysis analysis, PullFilters filters, Map<Source, String> kept, Optional<QueryInfo> query) {
    this.analysis = analysis;
    this.needs = analysis.mentions().needs();
    this.filters = filters;
    this.locks = new PullLocks(analysis.mentions().text());
    this.kept = kept;
    this.aggregates = query.map(q -> new PulledAggregates(analysis, q, filters));
  }

  /** What the statement's text has become so far needs these. */
  public List<Exchange> exchanges() {
    return exchanges;
  }

  public Plan.Fragments plan() {
    new Refusals(analysis).checkGathered();
    SqlText text = splices(analysis.mentions().text()).render(analysis.span());
    List<String> inputs = exchanges.stream().map(Exchange::relation).toList();
    Fragment last = new Fragment(text, new Fragment.Site.CatalogNode(), inputs, false);
    return new Plan.Fragments(exchanges, last, Combine.ALL_ROWS, Optional.empty());
  }

  /** The text over the relations that stand in for its tables. */
  public SpliceText splices(SourceText source) {
    PulledText pulled = new PulledText(analysis, source);
    SpliceText expressions = pulled.splices();
    SpliceText text = expressions.copy();
    List<TableUse> tables = new ArrayList<>(source.tables());
    tables.addAll(source.temporary());
    if (pulled.isStatement()) {
      tables.removeAll(begunOnNodes(text));
    }
    for (TableUse table : tables) {
      String relation =
          kept.containsKey(table)
              ? kept.get(table)
              : relation(PulledRows.ofTable(analysis, table, locks), pulled, expressions);
      text.replace(table.ref().span(), relation + " AS " + pulled.alias(table));
    }
    for (SourceText.ViewUse view : source.views()) {
      if (kept.containsKey(view.derived())) {
        text.replace(
            view.ref().span(), kept.get(view.derived()) + " AS " + pulled.alias(view.derived()));
      } else if (isTemporary(view) || !view.definition().isOfCatalogs()) {
        text.replace(view.ref().span(), view(view, pulled, expressions));
      }
    }
    if (pulled.isStatement()) {
      analysis.mentions().calls().stream()
          .filter(Mentions.Call::inText)
          .map(Mentions.Call::call)
          .filter(analysis.functions()::asksSession)
          .forEach(call -> text.replace(call.span(), sessionValue(call, expressions)));
    }
    return text;
  }

  /** Blocks whose aggregates the nodes begin read the parts; their tables need no rows. */
  private List<TableUse> begunOnNodes(SpliceText text) {
    List<TableUse> tables = new ArrayList<>();
    for (Block block : analysis.mentions().blocks()) {
      String name = RELATION + (exchanges.size() + 1);
      aggregates
          .flatMap(a -> a.begin(block, name))
          .ifPresent(
              begun -> {
                List<TableUse> own = PulledAggregates.tables(block);
                Fragment.Site site =
                    new Fragment.Site.Nodes(
                        begun.parts().nodes(), SeveralNodes.pins(analysis, own, begun.parts()));
                AggregateSplit.Halves halves = begun.halves();
                exchanges.add(SeveralNodes.exchange(name, site, halves.sent(), halves.types()));
                Span span = block.select().orElseThrow().span();
                text.replace(span, begun.halves().rest().render(span));
                tables.addAll(own);
              });
    }
    return tables;
  }

  private boolean isTemporary(SourceText.ViewUse view) {
    String schema = view.derived().view().orElseThrow().schema();
    return schema.equals(analysis.context().searchPath().temporarySchema());
  }

  /** What only the client's own session can tell is asked there, once. */
  private String sessionValue(Expr.FunctionCall call, SpliceText expressions) {
    SqlText text = new TextBuilder().add("SELECT ").add(expressions.render(call.span())).build();
    Fragment producer = new Fragment(text, new Fragment.Site.CatalogNode(), List.of(), false);
    String name = RELATION + (exchanges.size() + 1);
    List<Exchange.Column> column = List.of(new Exchange.Column(VALUE, "bigint"));
    exchanges.add(
        new Exchange(
            name, column, List.of(), List.of(), List.of(), producer, new Exchange.Route.Gather()));
    return "(SELECT " + VALUE + " FROM " + name + ")";
  }

  /** The view's rows, where the nodes can compute them each by itself; else its definition. */
  private SqlText view(SourceText.ViewUse view, PulledText in, SpliceText expressions) {
    String alias = in.alias(view.derived());
    if (isTemporary(view)) {
      return definition(view, in, alias);
    }
    return PulledRows.ofView(analysis, view, locks)
        .map(rows -> SqlText.fixed(relation(rows, in, expressions) + " AS " + alias))
        .orElseGet(() -> definition(view, in, alias));
  }

  /** {@code (definition) AS name (columns)}. */
  private SqlText definition(SourceText.ViewUse view, PulledText in, String alias) {
    SourceText definition = view.definition();
    checkPolicies(definition);
    TextBuilder text = new TextBuilder().add("(");
    boolean asksForRights = in.isStatement() && !isTemporary(view);
    if (asksForRights) {
      text.add("SELECT * FROM (");
    }
    text.add(splices(definition).render(definition.span()));
    if (asksForRights) {
      text.add(") AS drover_view WHERE NOT EXISTS (").add(rightsOf(view)).add(")");
    }
    List<String> columns = view.derived().columns().orElseThrow();
    return text.add(") AS " + alias + " (" + SqlNames.quoted(columns, "") + ")").build();
  }

  /** The rows are asked for with the client's rights, while a view shows those of its owner. */
  private static void checkPolicies(SourceText definition) {
    if (definition.tables().stream().anyMatch(t -> !t.relation().leafAccess())) {
      throw Unsupported.error("views over tables with row level security whose rows are gathered");
    }
  }

  /** No rows of the view, but PostgreSQL checks whether the client may read these columns. */
  private String rightsOf(SourceText.ViewUse view) {
    Relation relation = view.derived().view().orElseThrow();
    List<String> visible = view.derived().columns().orElseThrow();
    List<String> own = relation.columns().stream().map(Column::name).toList();
    List<String> read =
        needs.of(view.derived()).stream().map(name -> own.get(visible.indexOf(name))).toList();
    return "SELECT "
        + SqlNames.quoted(read, "")
        + " FROM "
        + SqlNames.quoted(relation)
        + " WHERE false";
  }

  /** The relation with the rows; references that ask for the same share one. */
  private String relation(PulledRows rows, PulledText in, SpliceText expressions) {
    List<String> columns = needs.of(rows.source());
    if (columns.isEmpty() && needs.isWhole(rows.source())) {
      throw Unsupported.error("queries for the rows of tables without columns");
    }
    SqlText producer = producer(rows, in, columns, expressions);
    List<String> constraints = List.of();
    List<String> indexed = List.of();
    List<String> compared = List.of();
    if (rows.source() instanceof TableUse table) {
      RelationKeys keys = new RelationKeys(analysis);
      constraints = keys.constraints(table, columns);
      indexed = keys.indexed(table, columns);
      compared = keys.compared(table);
    }
    String key = producer + " " + rows.site() + " " + constraints;
    String known = relations.get(key);
    if (known != null) {
      List<String> more = indexed;
      exchanges.replaceAll(e -> e.relation().equals(known) ? indexed(e, more) : e);
      return known;
    }
    String name = RELATION + (exchanges.size() + 1);
    relations.put(key, name);
    List<Exchange.Column> types =
        columns.isEmpty()
            ? List.of(PulledRows.NO_COLUMN)
            : columns.stream().map(c -> new Exchange.Column(c, rows.type(c))).toList();
    exchanges.add(
        new Exchange(
            name,
            types,
            constraints,
            indexed,
            compared,
            new Fragment(producer, rows.site(), List.of(), true),
            new Exchange.Route.Gather()));
    return name;
  }

  /** Of several references one index serves. */
  private static Exchange indexed(Exchange exchange, List<String> columns) {
    return exchange.indexed().isEmpty()
        ? new Exchange(
            exchange.relation(),
            exchange.columns(),
            exchange.constraints(),
            columns,
            exchange.compared(),
            exchange.producer(),
            exchange.route())
        : exchange;
  }

  private SqlText producer(
      PulledRows rows, PulledText in, List<String> columns, SpliceText expressions) {
    List<Expr> conditions = filters.of(rows.source());
    boolean isNamed = !conditions.isEmpty() || rows.ref().sample().isPresent();
    String alias = isNamed ? in.alias(rows.source()) : SqlNames.quote(rows.relation().name());
    TextBuilder text =
        new TextBuilder()
            .add("SELECT ")
            .add(columns.isEmpty() ? "true" : SqlNames.quoted(columns, alias + "."))
            .add(" FROM " + SqlNames.quoted(rows.relation()) + " AS " + alias);
    boolean renames = rows.ref().alias().map(a -> !a.columns().isEmpty()).orElse(false);
    if (renames) {
      text.add(" (" + SqlNames.quoted(rows.source().columns().orElseThrow(), "") + ")");
    }
    rows.ref().sample().ifPresent(s -> text.add(" ").add(expressions.render(s.span())));
    return text.add(where(conditions, expressions)).add(locks.of(rows.source())).build();
  }

  /** The conditions that are known of a table's rows, for a text under the table's alias. */
  public SqlText where(TableUse table) {
    PulledText in = new PulledText(analysis, analysis.mentions().text());
    return where(filters.of(table), in.splices());
  }

  private static SqlText where(List<Expr> conditions, SpliceText expressions) {
    return new TextBuilder()
        .where(conditions.stream().map(c -> expressions.render(c.span())).toList())
        .build();
  }
}
