package dev.drover.planner.route;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
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
final class PullUp {
  private static final String RELATION = "drover_x";

  /** Stands in for the columns of a table of which none is used. */
  private static final String NO_COLUMN = "drover_row";

  private final Analysis analysis;
  private final ColumnNeeds needs;
  private final PullFilters filters;
  private final PullLocks locks;
  private final Map<String, String> relations = new HashMap<>();
  private final List<Exchange> exchanges = new ArrayList<>();

  PullUp(Analysis analysis, QueryInfo query) {
    this.analysis = analysis;
    this.needs = analysis.mentions().needs();
    this.filters = new PullFilters(analysis, query);
    this.locks = new PullLocks(analysis.mentions().text());
  }

  Plan.Fragments plan() {
    new Refusals(analysis).checkGathered();
    SourceText statement = analysis.mentions().text();
    SqlText text = splices(statement).render(analysis.span());
    List<String> inputs = exchanges.stream().map(Exchange::relation).toList();
    Fragment last = new Fragment(text, new Fragment.Site.CatalogNode(), inputs, false);
    return new Plan.Fragments(exchanges, last, Router.ALL_ROWS, Optional.empty());
  }

  /** The text over the relations that stand in for its tables. */
  private SpliceText splices(SourceText source) {
    PulledText pulled = new PulledText(analysis, source);
    SpliceText expressions = pulled.splices();
    SpliceText text = expressions.copy();
    for (TableUse table : source.tables()) {
      String relation = relation(table, pulled.alias(table), expressions);
      text.replace(table.ref().span(), relation + " AS " + pulled.alias(table));
    }
    for (SourceText.ViewUse view : source.views()) {
      if (!view.definition().allTables().isEmpty()) {
        text.replace(view.ref().span(), view(view, source, pulled.alias(view.derived())));
      }
    }
    return text;
  }

  /** {@code (definition) AS name (columns)}. */
  private SqlText view(SourceText.ViewUse view, SourceText in, String alias) {
    SourceText definition = view.definition();
    TextBuilder text = new TextBuilder().add("(");
    boolean asksForRights = in == analysis.mentions().text();
    if (asksForRights) {
      text.add("SELECT * FROM (");
    }
    text.add(splices(definition).render(definition.span()));
    if (asksForRights) {
      text.add(") AS drover_view WHERE NOT EXISTS (").add(rightsOf(view)).add(")");
    }
    List<String> columns = view.derived().columns().orElseThrow();
    return text.add(") AS " + alias + " (" + quoted(columns, "") + ")").build();
  }

  /** No rows of the view, but PostgreSQL checks whether the client may read these columns. */
  private String rightsOf(SourceText.ViewUse view) {
    Relation relation = view.derived().view().orElseThrow();
    List<String> visible = view.derived().columns().orElseThrow();
    List<String> own = relation.columns().stream().map(Column::name).toList();
    List<String> read =
        needs.of(view.derived()).stream().map(name -> own.get(visible.indexOf(name))).toList();
    return "SELECT " + quoted(read, "") + " FROM " + SqlNames.quoted(relation) + " WHERE false";
  }

  private static String quoted(List<String> names, String qualifier) {
    return String.join(", ", names.stream().map(n -> qualifier + SqlNames.quote(n)).toList());
  }

  /** The relation with a table's rows; references that ask for the same share one. */
  private String relation(TableUse table, String alias, SpliceText expressions) {
    List<String> columns = needs.of(table);
    if (columns.isEmpty() && needs.isWhole(table)) {
      throw Unsupported.error("queries for the rows of tables without columns");
    }
    boolean isNamed = !filters.of(table).isEmpty() || table.ref().sample().isPresent();
    String called = isNamed ? alias : SqlNames.quote(table.relation().name());
    SqlText producer = producer(table, called, columns, expressions);
    Fragment.Site site = site(table);
    List<String> constraints = constraints(table, columns);
    String key = producer + " " + site + " " + constraints;
    String known = relations.get(key);
    if (known != null) {
      return known;
    }
    String name = RELATION + (exchanges.size() + 1);
    relations.put(key, name);
    List<Exchange.Column> types =
        columns.isEmpty()
            ? List.of(new Exchange.Column(NO_COLUMN, "boolean"))
            : columns.stream()
                .map(c -> new Exchange.Column(c, ColumnTypes.of(table.column(c))))
                .toList();
    exchanges.add(
        new Exchange(
            name,
            types,
            constraints,
            new Fragment(producer, site, List.of(), true),
            new Exchange.Route.Gather()));
    return name;
  }

  private SqlText producer(
      TableUse table, String alias, List<String> columns, SpliceText expressions) {
    TextBuilder text =
        new TextBuilder()
            .add("SELECT ")
            .add(columns.isEmpty() ? "true" : quoted(columns, alias + "."))
            .add(" FROM " + SqlNames.quoted(table.relation()) + " AS " + alias);
    boolean renames = table.ref().alias().map(a -> !a.columns().isEmpty()).orElse(false);
    if (renames) {
      text.add(" (" + quoted(table.columns().orElseThrow(), "") + ")");
    }
    table.ref().sample().ifPresent(s -> text.add(" ").add(expressions.render(s.span())));
    String before = " WHERE (";
    for (Expr condition : filters.of(table)) {
      text.add(before).add(expressions.render(condition.span())).add(")");
      before = " AND (";
    }
    return text.add(locks.of(table)).build();
  }

  private Fragment.Site site(TableUse table) {
    Distribution distribution = table.relation().distribution();
    return switch (distribution) {
      case Distribution.Replicated(_, var nodes, var primary) ->
          new Fragment.Site.AnyOf(locks.of(table).isEmpty() ? nodes : List.of(primary));
      case Distribution.Hash _, Distribution.Modulo _ ->
          new Fragment.Site.Nodes(
              distribution.nodes(), new KeyPins(analysis.flow()).several(table));
      case Distribution.RoundRobin(_, var nodes) -> new Fragment.Site.Nodes(nodes, List.of());
      case Distribution.CatalogNode _ ->
          throw new IllegalStateException("not gathered: " + table.relation().name());
    };
  }

  /** The primary key, where columns of the select list depend on a grouped one. */
  private List<String> constraints(TableUse table, List<String> columns) {
    Optional<List<String>> key =
        table.relation().uniqueKeys().stream()
            .filter(Relation.UniqueKey::primary)
            .findFirst()
            .map(k -> k.columns().stream().map(c -> table.variable(c).column()).toList());
    return key.isPresent() && columns.containsAll(key.get()) && isGrouped(table, key.get())
        ? List.of("PRIMARY KEY (" + quoted(key.get(), "") + ")")
        : List.of();
  }

  private boolean isGrouped(TableUse table, List<String> key) {
    return analysis
        .mentions()
        .text()
        .all()
        .flatMap(text -> text.blocks().stream())
        .filter(block -> block.scope().sources().contains(table))
        .map(block -> analysis.shape(block).groupVariables())
        .anyMatch(grouped -> key.stream().allMatch(c -> grouped.contains(new Variable(table, c))));
  }
}
