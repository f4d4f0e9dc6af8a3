package dev.drover.planner.placement;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.FromInfo;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Rows;
import dev.drover.planner.analysis.Sublink;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.QueryBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds whether the nodes can compute a query, or the FROM and WHERE of a block, each by itself:
 * joins along the distribution key, or with replicated tables.
 */
public final class Placements {
  private static final String SUBQUERY =
      "subqueries over tables that are not co-located with the outer query";

  private final FactFlow flow;
  private final FunctionRules functions;
  private final LiteralReads reads;
  private final Moves moves;

  Placements(FactFlow flow, FunctionRules functions, LiteralReads reads, Moves moves) {
    this.flow = flow;
    this.functions = functions;
    this.reads = reads;
    this.moves = moves;
  }

  /** The result of a query. */
  public Placement query(QueryInfo query) {
    Placement body = body(query.body());
    if (!query.isCut()) {
      return body;
    }
    return switch (body) {
      case Placement.Parts _ -> refused("subqueries with LIMIT or OFFSET over several nodes");
      case Placement.Copies(var nodes, _) -> new Placement.Copies(nodes, nodes.isEmpty());
      case Placement.Refused refused -> refused;
    };
  }

  public Placement body(QueryInfo.Body body) {
    return switch (body) {
      case Block block -> result(block);
      case QueryInfo.Pair(var operation, var left, var right) -> pair(operation, left, right);
      case QueryInfo.Constants(_, var block) -> rows(block);
      case QueryInfo.Nested(var inner) -> query(inner);
    };
  }

  private Placement pair(
      QueryBody.SetOperation operation, QueryInfo.Body left, QueryInfo.Body right) {
    Placement leftPlace = body(left);
    Placement rightPlace = body(right);
    if (leftPlace instanceof Placement.Refused) {
      return leftPlace;
    }
    if (rightPlace instanceof Placement.Refused) {
      return rightPlace;
    }
    if (leftPlace instanceof Placement.Copies a && rightPlace instanceof Placement.Copies b) {
      return JoinedPlacement.copies(a, b);
    }
    boolean keepsAll = operation.all() && operation.kind() == QueryBody.SetOperation.Kind.UNION;
    if (leftPlace instanceof Placement.Parts a && rightPlace instanceof Placement.Parts b) {
      if (keepsAll) {
        return new Placement.Parts(Optional.empty(), union(a.nodes(), b.nodes()), List.of());
      }
      if (keysStandEqual(a, left, b, right)) {
        return a.withoutKeys();
      }
    }
    return refused(
        operation.kind()
            + (operation.all() ? " ALL" : "")
            + " queries over tables that are not co-located");
  }

  /** True when both sides have their key in the same columns of the result. */
  private boolean keysStandEqual(
      Placement.Parts a, QueryInfo.Body left, Placement.Parts b, QueryInfo.Body right) {
    if (a.group().isEmpty() || !a.group().equals(b.group())) {
      return false;
    }
    List<List<Integer>> leftPositions = keyPositions(a, left);
    return keyPositions(b, right).stream().anyMatch(leftPositions::contains);
  }

  private List<List<Integer>> keyPositions(Placement.Parts parts, QueryInfo.Body body) {
    if (!(body instanceof Block block) || block.outputs().isEmpty()) {
      return List.of();
    }
    Facts facts = flow.of(block);
    List<List<Integer>> found = new ArrayList<>();
    for (List<Variable> key : parts.keys()) {
      List<Integer> positions = new ArrayList<>();
      for (Variable column : key) {
        position(column, block.outputs().get(), facts).ifPresent(positions::add);
      }
      if (positions.size() == key.size()) {
        found.add(positions);
      }
    }
    return found;
  }

  private static Optional<Integer> position(Variable column, List<Output> outputs, Facts facts) {
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i).variable().map(v -> facts.same(v, column)).orElse(false)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** The result of a block. */
  public Placement result(Block block) {
    Placement rows = rows(block);
    if (!(rows instanceof Placement.Parts parts) || keepsParts(block, parts)) {
      return rows;
    }
    BlockShape shape = new BlockShape(block, functions, reads);
    String what =
        shape.isAggregated()
            ? "subqueries that aggregate"
            : shape.isWindowed() ? "subqueries with window functions" : "subqueries with DISTINCT";
    return refused(what + " over several nodes");
  }

  /** True when groups, distinct rows and windows never span nodes. */
  public boolean keepsParts(Block block, Placement.Parts parts) {
    BlockShape shape = new BlockShape(block, functions, reads);
    Facts facts = flow.of(block);
    if (shape.isAggregated()
        && (shape.hasGroupingSets() || !holdsKey(shape.groupVariables(), parts, facts))) {
      return false;
    }
    if (shape.isDistinct() && !holdsKey(shape.outputVariables(), parts, facts)) {
      return false;
    }
    List<Variable> distinctOn =
        block.select().map(s -> shape.variables(s.distinctOn())).orElse(List.of());
    boolean hasDistinctOn = block.select().map(s -> !s.distinctOn().isEmpty()).orElse(false);
    if (hasDistinctOn && !holdsKey(distinctOn, parts, facts)) {
      return false;
    }
    return shape.partitions().stream().allMatch(p -> holdsKey(p, parts, facts));
  }

  private static boolean holdsKey(List<Variable> columns, Placement.Parts parts, Facts facts) {
    return parts.keys().stream()
        .anyMatch(
            key -> key.stream().allMatch(k -> columns.stream().anyMatch(c -> facts.same(c, k))));
  }

  /** The rows that pass a block's WHERE. */
  public Placement rows(Block block) {
    Facts facts = flow.of(block);
    Placement rows = Placement.Copies.EVERYWHERE;
    for (FromInfo item : block.from()) {
      rows = JoinedPlacement.of(FromItem.JoinItem.Kind.INNER, rows, item(item), facts);
    }
    for (Sublink sublink : block.sublinks()) {
      rows = beside(rows, sublink);
    }
    return rows;
  }

  private Placement item(FromInfo item) {
    return switch (item) {
      case FromInfo.Leaf(TableUse table) ->
          moves.of(table).map(Moves.Move::placement).orElseGet(() -> table(table));
      case FromInfo.Leaf(Derived derived) -> derived(derived);
      case FromInfo.Leaf(Rows rows) ->
          rows.free()
              ? Placement.Copies.EVERYWHERE
              : refused("recursive or data-modifying WITH queries over several nodes");
      case FromInfo.Join join -> {
        Facts facts = flow.ofMatches(join);
        Placement rows =
            JoinedPlacement.of(flow.kind(join), item(join.left()), item(join.right()), facts);
        for (Sublink sublink : join.sublinks()) {
          rows = beside(rows, sublink);
        }
        yield rows;
      }
    };
  }

  private Placement derived(Derived derived) {
    Placement inner = query(derived.query());
    if (!(inner instanceof Placement.Parts parts) || !flow.isShared(derived)) {
      return inner;
    }
    List<List<Variable>> keys = new ArrayList<>();
    for (List<Variable> key : parts.keys()) {
      List<Variable> visible =
          key.stream().flatMap(column -> visible(column, derived).stream()).toList();
      if (visible.size() == key.size()) {
        keys.add(visible);
      }
    }
    return new Placement.Parts(parts.group(), parts.nodes(), keys);
  }

  /** The column of a derived table by which a column of its query is seen. */
  private Optional<Variable> visible(Variable inner, Derived derived) {
    Optional<Facts> facts = derived.query().block().map(flow::of);
    return derived.columns().orElse(List.of()).stream()
        .filter(
            column ->
                Conditions.inner(derived, column)
                    .map(v -> facts.map(f -> f.same(v, inner)).orElse(false))
                    .orElse(false))
        .findFirst()
        .map(column -> new Variable(derived, column));
  }

  public static Placement table(TableUse table) {
    return switch (table.relation().distribution()) {
      case Distribution.Hash hash -> parts(table, new Placement.Group(hash.shards(), false));
      case Distribution.Modulo modulo -> parts(table, new Placement.Group(modulo.shards(), true));
      case Distribution.Replicated(_, var nodes, _) ->
          new Placement.Copies(Optional.of(nodes), true);
      case Distribution.RoundRobin(_, var nodes) ->
          new Placement.Parts(Optional.empty(), nodes, List.of());
      case Distribution.CatalogNode _ -> refusedMix(table);
    };
  }

  private static Placement refusedMix(TableUse table) {
    return new Placement.Refused(Unsupported.mixed(table.relation().name()));
  }

  private static Placement parts(TableUse table, Placement.Group group) {
    return new Placement.Parts(Optional.of(group), group.shards().nodes(), List.of(table.key()));
  }

  /** The rows of a block beside which a query in one of its expressions is evaluated. */
  private Placement beside(Placement rows, Sublink sublink) {
    if (rows instanceof Placement.Refused) {
      return rows;
    }
    Placement inner = sublinkRows(sublink.query().body());
    return switch (inner) {
      case Placement.Refused refused -> refused;
      case Placement.Copies copies ->
          switch (rows) {
            case Placement.Copies outer -> JoinedPlacement.copies(outer, copies);
            case Placement.Parts parts ->
                copies.cover(parts.nodes()) ? parts : refused(JoinedPlacement.COPIES_MISSING);
            case Placement.Refused refused -> refused;
          };
      case Placement.Parts parts ->
          rows instanceof Placement.Parts outer && isLocal(sublink.query().body(), parts, outer)
              ? rows
              : refused(SUBQUERY);
    };
  }

  /** The rows from which a query in an expression is computed, whatever it does with them. */
  private Placement sublinkRows(QueryInfo.Body body) {
    return switch (body) {
      case Block block -> rows(block);
      case QueryInfo.Constants(_, var block) -> rows(block);
      case QueryInfo.Nested(var inner) -> sublinkRows(inner.body());
      case QueryInfo.Pair(_, var left, var right) -> {
        Placement a = sublinkRows(left);
        Placement b = sublinkRows(right);
        yield a instanceof Placement.Copies x && b instanceof Placement.Copies y
            ? JoinedPlacement.copies(x, y)
            : refused("set operations in correlated subqueries over several nodes");
      }
    };
  }

  /** True when all rows it reads for an outer row are in that row's slot. */
  private boolean isLocal(QueryInfo.Body body, Placement.Parts inner, Placement.Parts outer) {
    return switch (body) {
      case Block block -> JoinedPlacement.meet(inner, outer, flow.of(block));
      case QueryInfo.Nested(var query) -> isLocal(query.body(), inner, outer);
      case QueryInfo.Pair _, QueryInfo.Constants _ -> false;
    };
  }

  private static List<Integer> union(List<Integer> a, List<Integer> b) {
    List<Integer> all = new ArrayList<>(a);
    b.stream().filter(n -> !a.contains(n)).forEach(all::add);
    return all.stream().sorted().toList();
  }

  private static Placement refused(String construct) {
    return new Placement.Refused(Unsupported.error(construct));
  }
}
