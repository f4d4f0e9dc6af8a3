package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.Parsing;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves the names of a statement: which tables it reads at which level, what its columns are,
 * what its conditions say.
 *
 * <p>Threads: confined to the routing of one statement.
 */
public final class Analyzer {
  /** A view over views over views ... */
  private static final int MAX_VIEW_DEPTH = 32;

  private final RoutingContext context;
  private final SqlNames names;
  private final Mentions mentions;
  private final SourceText text;
  private final Conditions conditions;
  private final int viewDepth;
  private final ExpressionScan scan;

  private Analyzer(RoutingContext context, Mentions mentions, SourceText text, int viewDepth) {
    this.context = context;
    this.text = text;
    this.names = new SqlNames(context.catalog(), context.searchPath());
    this.mentions = mentions;
    this.conditions =
        new Conditions(
            viewDepth == 0
                ? new KeyConstants(context.facts().parameterTypes())
                : KeyConstants.ofDefinition(text.bytes()));
    this.viewDepth = viewDepth;
    this.scan = new ExpressionScan(this, mentions, text, viewDepth == 0);
  }

  public static Analyzer of(RoutingContext context) {
    SourceText text = new SourceText(context.text(), new Span(0, context.text().length));
    return new Analyzer(context, new Mentions(text), text, 0);
  }

  public Mentions mentions() {
    return mentions;
  }

  Conditions conditions() {
    return conditions;
  }

  SqlNames names() {
    return names;
  }

  /** Common tables by name: what a name in FROM may mean before it means a relation. */
  record CommonTables(Map<String, Source> byName) {
    static final CommonTables NONE = new CommonTables(Map.of());

    public CommonTables with(String name, Source source) {
      Map<String, Source> more = new HashMap<>(byName);
      more.put(name, source);
      return new CommonTables(Map.copyOf(more));
    }
  }

  /** Where a query stands. */
  public record Place(Optional<Scope> outer, CommonTables commonTables, boolean outermost) {
    public static final Place TOP = new Place(Optional.empty(), CommonTables.NONE, true);

    Place inside(Scope scope) {
      return new Place(Optional.of(scope), commonTables, false);
    }

    public Place with(CommonTables more) {
      return new Place(outer, more, outermost);
    }
  }

  public QueryInfo query(Query query, Place place) {
    List<QueryInfo> queries = new ArrayList<>();
    CommonTables tables =
        query.with().map(w -> with(w, place, queries)).orElse(place.commonTables());
    mentions.locks().addAll(query.locking());
    boolean cut = query.limit().isPresent() || query.offset().isPresent();
    if (cut && !place.outermost()) {
      mentions.markCutsBelow();
    }
    QueryInfo.Body body = body(query.body(), place.with(tables), query.orderBy());
    List<Sublink> sublinks = new ArrayList<>();
    Scope scope = new Scope(place.outer());
    Block rest = new Block(scope, Optional.empty());
    query.limit().flatMap(QueryPart.Limit::count).ifPresent(c -> scan.expression(c, rest, place));
    query.offset().ifPresent(o -> scan.expression(o.count(), rest, place));
    sublinks.addAll(rest.sublinks());
    QueryInfo info = new QueryInfo(query, queries, body, sublinks);
    if (!query.locking().isEmpty()) {
      text.locking().add(info);
    }
    return info;
  }

  /** The queries of WITH are added to {@code queries}. */
  public CommonTables with(QueryPart.With with, Place place, List<QueryInfo> queries) {
    CommonTables tables = place.commonTables();
    for (QueryPart.CommonTable common : with.tables()) {
      String name = common.name().text();
      List<Name> given = common.columns();
      CommonTables visible =
          with.recursive() ? tables.with(name, new Rows(name, Optional.empty(), false)) : tables;
      Source source =
          switch (common.statement()) {
            case Statement.Select(_, var query) -> {
              QueryInfo info = query(query, new Place(place.outer(), visible, false));
              queries.add(info);
              yield new Derived(name, info, columns(info, given), false);
            }
            case Insert _, Update _, Delete _, Merge _ -> {
              modifying(common.statement(), new Place(place.outer(), visible, false));
              yield new Rows(name, Optional.empty(), false);
            }
            default -> throw new IllegalStateException("WITH holds " + common.statement());
          };
      tables = tables.with(name, source);
    }
    return tables;
  }

  /** A modifying statement in WITH: what it mentions, and which rows it looks at. */
  private void modifying(Statement statement, Place place) {
    Scope scope = new Scope(place.outer());
    Block block = new Block(scope, Optional.empty());
    Optional<Expr> where =
        switch (statement) {
          case Update update -> update.where();
          case Delete delete -> delete.where();
          default -> Optional.empty();
        };
    for (Node child : statement.children()) {
      switch (child) {
        case FromItem item -> block.from().add(from(item, block, place));
        case Query query -> query(query, place);
        case QueryPart.With with -> with(with, place, new ArrayList<>());
        case Expr expression when where.equals(Optional.of(expression)) ->
            condition(expression, block, place);
        case Expr expression -> scan.expression(expression, block, place);
        default -> scan.node(child, block, place);
      }
    }
    mentions.changes().add(new Mentions.Change(statement, block));
  }

  /** The names of a query's columns, the given ones first. */
  public static Optional<List<String>> columns(QueryInfo query, List<Name> given) {
    Optional<List<String>> own = columns(query.body());
    if (given.isEmpty()) {
      return own;
    }
    List<String> all = new ArrayList<>(given.stream().map(Name::text).toList());
    own.ifPresent(o -> all.addAll(o.subList(Math.min(all.size(), o.size()), o.size())));
    return own.isPresent() ? Optional.of(List.copyOf(all)) : Optional.empty();
  }

  private static Optional<List<String>> columns(QueryInfo.Body body) {
    return switch (body) {
      case Block block -> block.outputs().map(o -> o.stream().map(Output::name).toList());
      case QueryInfo.Pair pair -> columns(pair.left());
      case QueryInfo.Nested(var inner) -> columns(inner.body());
      case QueryInfo.Constants(var values, _) -> {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= values.rows().getFirst().elements().size(); i++) {
          names.add("column" + i);
        }
        yield Optional.of(List.copyOf(names));
      }
    };
  }

  private QueryInfo.Body body(QueryBody body, Place place, List<QueryPart.SortItem> orderBy) {
    return switch (body) {
      case QueryBody.SelectBlock select -> select(select, place, orderBy);
      case QueryBody.SetOperation pair ->
          new QueryInfo.Pair(
              pair,
              body(pair.left(), new Place(place.outer(), place.commonTables(), false), List.of()),
              body(pair.right(), new Place(place.outer(), place.commonTables(), false), List.of()));
      case QueryBody.ValuesBody values -> {
        Block block = new Block(new Scope(place.outer()), Optional.empty());
        values.rows().forEach(r -> scan.expression(r, block, place));
        yield new QueryInfo.Constants(values, block);
      }
      case QueryBody.TableBody(_, var table) -> {
        Block block = new Block(new Scope(place.outer()), Optional.empty());
        block.from().add(from(table, block, place));
        block.scope().sources().forEach(mentions.needs()::all);
        block.setOutputs(Outputs.ofSources(block.scope().sources()));
        yield block;
      }
      case QueryBody.Nested(_, var query) -> new QueryInfo.Nested(query(query, place));
    };
  }

  private Block select(
      QueryBody.SelectBlock select, Place place, List<QueryPart.SortItem> orderBy) {
    Block block = new Block(new Scope(place.outer()), Optional.of(select));
    text.blocks().add(block);
    if (viewDepth == 0) {
      mentions.blocks().add(block);
    }
    select.from().forEach(item -> block.from().add(from(item, block, place)));
    select.where().ifPresent(where -> condition(where, block, place));
    select.targets().forEach(t -> scan.expression(t.value(), block, place));
    select.distinctOn().forEach(e -> scan.key(e, block, place));
    select.groupBy().forEach(e -> scan.key(e, block, place));
    select.having().ifPresent(h -> scan.expression(h, block, place));
    select.windows().forEach(w -> scan.node(w, block, place));
    block.setOrderBy(orderBy);
    orderBy.forEach(item -> scan.sortKey(item.value(), block, place));
    block.setOutputs(Outputs.of(select.targets(), block));
    return block;
  }

  /** WHERE, or what plays its part. */
  void condition(Expr where, Block block, Place place) {
    block.whereFacts().addAll(conditions.facts(where, block.scope()));
    scan.condition(where, block, place);
  }

  public ExpressionScan scan() {
    return scan;
  }

  public FromInfo from(FromItem item, Block block, Place place) {
    return switch (item) {
      case FromItem.TableRef ref -> leaf(table(ref, place), block);
      case FromItem.SubqueryItem(_, var lateral, var query, var alias) -> {
        Place inner =
            lateral
                ? place.inside(block.scope())
                : new Place(place.outer(), place.commonTables(), false);
        QueryInfo info = query(query, inner);
        String name = alias.flatMap(a -> a.name()).map(Name::text).orElse("");
        List<Name> given = alias.map(a -> a.columns()).orElse(List.of());
        yield leaf(new Derived(name, info, columns(info, given), false), block);
      }
      case FromItem.FunctionItem function -> {
        function.functions().forEach(f -> scan.expression(f, block, place));
        yield leaf(Outputs.rows(function), block);
      }
      case FromItem.JoinItem join -> new JoinReader(this, block, place).join(join);
    };
  }

  private static FromInfo leaf(Source source, Block block) {
    block.scope().add(source);
    return new FromInfo.Leaf(source);
  }

  private Source table(FromItem.TableRef ref, Place place) {
    Optional<Source> common =
        ref.name().parts().size() == 1
            ? Optional.ofNullable(place.commonTables().byName().get(ref.name().local()))
            : Optional.empty();
    if (common.isPresent()) {
      return reference(common.get(), ref);
    }
    Optional<Relation> relation = names.relation(ref.name());
    if (relation.isPresent() && isView(relation.get())) {
      return view(ref, relation.get());
    }
    if (relation.isPresent() && relation.get().distributed()) {
      TableUse use = new TableUse(ref, relation.get(), viewDepth == 0);
      mentions.tables().add(use);
      text.tables().add(use);
      return use;
    }
    mentions.catalogRelations().add(ref);
    return relation
        .<Source>map(r -> ofCatalogNode(ref, r))
        .orElseGet(() -> new Rows(name(ref), Optional.empty(), false));
  }

  private TableUse ofCatalogNode(FromItem.TableRef ref, Relation relation) {
    TableUse use = new TableUse(ref, relation, viewDepth == 0);
    if (relation.kind() == Relation.Kind.TABLE
        && relation.schema().equals(context.searchPath().temporarySchema())) {
      text.temporary().add(use);
    }
    return use;
  }

  /** Drover's own views are on the catalog node alone, and are not looked into. */
  private static boolean isView(Relation relation) {
    return relation.kind() == Relation.Kind.VIEW
        && relation.viewDefinition().isPresent()
        && !(relation.distribution() instanceof Distribution.CatalogNode
            && relation.schema().equals("drover"));
  }

  private Source reference(Source common, FromItem.TableRef ref) {
    String name = name(ref);
    List<Name> given = ref.alias().map(a -> a.columns()).orElse(List.of());
    return switch (common) {
      case Derived(_, var query, var columns, _, _) ->
          new Derived(
              name,
              mentions.referred(query),
              given.isEmpty() ? columns : columns(query, given),
              true);
      case Rows _ -> new Rows(name, Optional.empty(), false);
      case TableUse use -> use;
    };
  }

  private static String name(FromItem.TableRef ref) {
    return ref.alias().flatMap(a -> a.name()).map(Name::text).orElse(ref.name().local());
  }

  private Source view(FromItem.TableRef ref, Relation view) {
    if (viewDepth == MAX_VIEW_DEPTH) {
      throw Unsupported.error("views nested more than " + MAX_VIEW_DEPTH + " deep");
    }
    byte[] bytes = view.viewDefinition().orElseThrow().getBytes(StandardCharsets.UTF_8);
    RoutingContext inner = context.withText(bytes, new StatementFacts(List.of(), List.of()));
    ParsedStatement parsed = Parsing.single(bytes);
    if (!(parsed.statement() instanceof Statement.Select(_, var query))) {
      throw new IllegalStateException("definition of view " + view.name() + " is no query");
    }
    SourceText definition = new SourceText(bytes, parsed.span());
    Analyzer analyzer = new Analyzer(inner, mentions, definition, viewDepth + 1);
    QueryInfo info = analyzer.query(query, new Place(Optional.empty(), CommonTables.NONE, false));
    List<String> own = view.columns().stream().map(c -> c.name()).toList();
    List<Name> given = ref.alias().map(a -> a.columns()).orElse(List.of());
    List<String> names = new ArrayList<>(given.stream().map(Name::text).toList());
    names.addAll(own.subList(Math.min(names.size(), own.size()), own.size()));
    Derived derived =
        new Derived(name(ref), info, Optional.of(List.copyOf(names)), false, Optional.of(view));
    text.views().add(new SourceText.ViewUse(ref, derived, definition));
    return derived;
  }
}
