package dev.drover.planner.gather;

import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.Outputs;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.placement.Moves;
import dev.drover.planner.placement.Placement;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Plans a query that several nodes answer together: each runs the same text, and the results are
 * put one after another, merged by key, or finished by one PostgreSQL.
 */
public final class SeveralNodes {
  private static final SqlText NOTHING = new SqlText(List.of());

  private final Analysis analysis;
  private final QueryInfo query;
  private final boolean inJava;
  private final SpliceText nodeText;

  /** {@code inJava} when the coordinator may merge and count rows. */
  public SeveralNodes(Analysis analysis, QueryInfo query, boolean inJava) {
    this.analysis = analysis;
    this.query = query;
    this.inJava = inJava;
    this.nodeText = new NodeText(analysis).plain(true);
  }

  public Plan plan() {
    boolean locks = !analysis.mentions().locks().isEmpty();
    if (!(query.body() instanceof Block block)) {
      return setOperation();
    }
    return switch (analysis.placements().rows(block)) {
      case Placement.Refused(var error) -> innerBlock(error);
      case Placement.Copies copies when !locks -> unread(copies);
      case Placement.Copies _ -> throw Unsupported.error("row locks beside WITH queries not read");
      case Placement.Parts parts -> {
        if (analysis.placements().keepsParts(block, parts)) {
          yield whole(block, parts);
        }
        if (locks) {
          throw Unsupported.error("row locks with aggregates over several nodes");
        }
        yield new AggregateSplit(analysis, query, block, parts)
            .plan()
            .orElseGet(() -> new Gather(analysis, query, block, parts).plan());
      }
    };
  }

  /** The distributed tables are in WITH queries that nobody reads, and so nobody runs. */
  private Plan unread(Placement.Copies copies) {
    List<Integer> nodes =
        copies
            .nodes()
            .orElseGet(() -> analysis.tables().getFirst().relation().distribution().nodes());
    return new Plan.AnyNode(nodeText.render(analysis.span()), nodes, false);
  }

  /** The one block below that reads all the tables is gathered, the rest runs over its rows. */
  private Plan innerBlock(SqlError error) {
    if (!analysis.mentions().locks().isEmpty()) {
      throw Unsupported.error("row locks in queries of this form over several nodes");
    }
    for (Block block : analysis.mentions().blocks()) {
      if (Gather.holdsAllTables(analysis, block)
          && analysis.placements().rows(block) instanceof Placement.Parts parts) {
        return new AggregateSplit(analysis, query, block, parts)
            .plan()
            .orElseGet(() -> new Gather(analysis, query, block, parts).plan());
      }
    }
    throw error;
  }

  /** The nodes that take part: those of the constants that a key is compared with, or all. */
  static Plan.AllNodes allNodes(
      Analysis analysis, SqlText text, Placement.Parts parts, Combine combine) {
    return new Plan.AllNodes(
        text, parts.nodes(), pins(analysis, analysis.tables(), parts), combine, false);
  }

  /** The block's own rows as they come, each with its marks for a cursor. */
  private Plan rows(Block block, Placement.Parts parts, Combine combine, SqlText hidden) {
    Optional<TableUse> marked = RowMarks.table(analysis, block);
    if (marked.isPresent()) {
      String marks = RowMarks.columns(marked.get());
      nodeText.insert(endOfTargets(block.select().orElseThrow()), marks);
    }
    if (!hidden.pieces().isEmpty()) {
      nodeText.insert(endOfTargets(block.select().orElseThrow()), hidden);
    }
    return new Plan.AllNodes(
        nodeText.render(analysis.span()),
        parts.nodes(),
        pins(analysis, analysis.tables(), parts),
        combine,
        false,
        marked.map(t -> t.relation().oid()));
  }

  /**
   * The nodes' rows come together on the catalog node, where {@code last} runs over them.
   *
   * @param types of the columns of {@code text}, which are called c1, c2, ... there
   */
  static Plan gathered(
      Analysis analysis, Placement.Parts parts, SqlText text, List<String> types, SqlText last) {
    Fragment.Site site =
        new Fragment.Site.Nodes(parts.nodes(), pins(analysis, analysis.tables(), parts));
    Exchange exchange = exchange(FinishText.ROWS, site, text, types);
    Fragment rest =
        new Fragment(last, new Fragment.Site.CatalogNode(), List.of(FinishText.ROWS), false);
    return new Plan.Fragments(List.of(exchange), rest, Combine.ALL_ROWS, Optional.empty());
  }

  /** What the nodes send by {@code text} becomes a relation with the columns c1, c2, ... */
  public static Exchange exchange(
      String relation, Fragment.Site site, SqlText text, List<String> types) {
    List<Exchange.Column> columns = new ArrayList<>();
    for (String type : types) {
      columns.add(new Exchange.Column("c" + (columns.size() + 1), type));
    }
    return new Exchange(
        relation,
        columns,
        List.of(),
        List.of(),
        List.of(),
        new Fragment(text, site, List.of(), true),
        new Exchange.Route.Gather());
  }

  public static List<Pin> pins(Analysis analysis, List<TableUse> tables, Placement.Parts parts) {
    Moves moves = analysis.moves();
    List<TableUse> placed = tables.stream().filter(moves::isPlacedByKey).toList();
    boolean single = placed.size() == 1 && moves.of(placed.getFirst()).isEmpty();
    return single && parts.group().isPresent()
        ? new KeyPins(analysis.flow()).several(placed.getFirst())
        : List.of();
  }

  private Plan whole(Block block, Placement.Parts parts) {
    Query syntax = query.query();
    RowCounts counts =
        RowCounts.of(syntax, analysis.reads(), analysis.context().facts().parameterTypes());
    if (syntax.orderBy().isEmpty() && !query.isCut()) {
      return rows(block, parts, Combine.ALL_ROWS, NOTHING);
    }
    if (counts.known()) {
      cutOnNodes(counts);
    } else {
      dropCut();
    }
    if (syntax.orderBy().isEmpty() && counts.known() && inJava) {
      return rows(block, parts, new Combine.Concatenate(counts.window()), NOTHING);
    }
    Optional<List<SortKeys.Key>> keys =
        new SortKeys(analysis, block, nodeText).keys(syntax.orderBy());
    if (keys.isEmpty() || block.select().map(s -> s.targets().isEmpty()).orElse(true)) {
      return gather(block, parts);
    }
    boolean merges =
        inJava && counts.known() && keys.get().stream().allMatch(SortKeys.Key::mergeable);
    return merges
        ? merge(block, parts, keys.get(), counts)
        : finishSorted(block, parts, keys.get());
  }

  private Plan gather(Block block, Placement.Parts parts) {
    if (!analysis.mentions().locks().isEmpty()) {
      throw Unsupported.error("row locks in queries of this form over several nodes");
    }
    if (block.select().isEmpty()) {
      throw Unsupported.error("TABLE or VALUES sorted or limited this way over several nodes");
    }
    return new Gather(analysis, query, block, parts).plan();
  }

  private void cutOnNodes(RowCounts counts) {
    Query syntax = query.query();
    syntax.offset().ifPresent(o -> nodeText.replace(o.span(), ""));
    syntax.limit().ifPresent(l -> nodeText.replace(l.span(), counts.forNodes().stripLeading()));
  }

  private void dropCut() {
    query.query().offset().ifPresent(o -> nodeText.replace(o.span(), ""));
    query.query().limit().ifPresent(l -> nodeText.replace(l.span(), ""));
  }

  private Plan merge(
      Block block, Placement.Parts parts, List<SortKeys.Key> keys, RowCounts counts) {
    TextBuilder hidden = new TextBuilder();
    keys.forEach(k -> hidden.add(", ").add(k.text()));
    List<Combine.SortKey> sortKeys = keys.stream().map(SortKeys.Key::forMerge).toList();
    return rows(block, parts, new Combine.Merge(sortKeys, counts.window()), hidden.build());
  }

  private static int endOfTargets(QueryBody.SelectBlock select) {
    return select.targets().getLast().span().end();
  }

  /** The nodes' rows, already computed, are sorted and cut by one PostgreSQL. */
  private Plan finishSorted(Block block, Placement.Parts parts, List<SortKeys.Key> keys) {
    Optional<List<String>> types = outputTypes(analysis, block);
    boolean typesKnown = keys.stream().allMatch(k -> k.output() >= 0 || k.typeName().isPresent());
    if (types.isEmpty() || !typesKnown) {
      return gather(block, parts);
    }
    List<String> columnTypes = new ArrayList<>(types.get());
    TextBuilder hidden = new TextBuilder();
    List<String> order = new ArrayList<>();
    for (SortKeys.Key key : keys) {
      int column = key.output() + 1;
      if (key.output() < 0) {
        hidden.add(", ").add(key.text());
        columnTypes.add(key.typeName().orElseThrow());
        column = columnTypes.size();
      }
      order.add("c" + column + key.direction());
    }
    SqlText text =
        nodeText
            .insert(endOfTargets(block.select().orElseThrow()), hidden.build())
            .render(analysis.span());
    SqlText last = finalText(types.get().size(), "SELECT ", order);
    return gathered(analysis, parts, text, columnTypes, last);
  }

  private SqlText finalText(int columns, String select, List<String> order) {
    TextBuilder text = new TextBuilder().add(select);
    Optional<List<String>> names = Analyzer.columns(query, List.of());
    for (int i = 1; i <= columns; i++) {
      text.add((i == 1 ? "c" : ", c") + i);
      if (names.isPresent() && !names.get().get(i - 1).equals(Outputs.UNNAMED)) {
        text.add(" AS " + SqlNames.quote(names.get().get(i - 1)));
      }
    }
    text.add(" FROM " + FinishText.ROWS);
    if (!order.isEmpty()) {
      text.add(order.stream().collect(Collectors.joining(", ", " ORDER BY ", "")));
    }
    SpliceText own = new NodeText(analysis).plain(true);
    Query syntax = query.query();
    List<Span> clauses = new ArrayList<>();
    syntax.limit().map(QueryPart.Limit::span).ifPresent(clauses::add);
    syntax.offset().map(QueryPart.Offset::span).ifPresent(clauses::add);
    clauses.sort((a, b) -> Integer.compare(a.start(), b.start()));
    clauses.forEach(c -> text.add(" ").add(own.render(c)));
    return text.build();
  }

  /** Types of a block's columns, which are columns of tables when PostgreSQL was not asked. */
  private static Optional<List<String>> outputTypes(Analysis analysis, Block block) {
    if (!analysis.context().facts().columns().isEmpty() || block.outputs().isEmpty()) {
      return outputTypes(analysis);
    }
    List<String> names = new ArrayList<>();
    for (Output output : block.outputs().get()) {
      Optional<String> name = output.variable().flatMap(ColumnTypes::of);
      if (name.isEmpty()) {
        return Optional.empty();
      }
      names.add(name.get());
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(names));
  }

  /** Names of the result columns' types; empty when one has none. */
  static Optional<List<String>> outputTypes(Analysis analysis) {
    List<String> names = new ArrayList<>();
    for (FieldDescription field : analysis.context().facts().columns()) {
      Optional<String> name = analysis.context().types().name(field.typeOid());
      if (name.isEmpty()) {
        return Optional.empty();
      }
      names.add(name.get());
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(names));
  }

  /** UNION and its like: computed by each node where that is sound; sorted in the end. */
  private Plan setOperation() {
    Placement placement = analysis.placements().body(query.body());
    boolean deduplicates = false;
    if (placement instanceof Placement.Refused(var error)) {
      placement = new UnionParts(analysis).of(query.body()).orElseThrow(() -> error);
      deduplicates = true;
    }
    if (!(placement instanceof Placement.Parts parts)) {
      throw Unsupported.error("queries of this form over several nodes");
    }
    boolean plain = !deduplicates && query.query().orderBy().isEmpty() && !query.isCut();
    if (plain) {
      return allNodes(analysis, nodeText.render(analysis.span()), parts, Combine.ALL_ROWS);
    }
    List<String> types =
        outputTypes(analysis)
            .orElseThrow(() -> Unsupported.error("set operations over columns of this type"));
    dropCut();
    SqlText text = nodeText.render(analysis.span());
    SqlText last =
        finalText(types.size(), deduplicates ? "SELECT DISTINCT " : "SELECT ", setOrder(types));
    return gathered(analysis, parts, text, types, last);
  }

  /** ORDER BY of a set operation names its columns or their positions. */
  private List<String> setOrder(List<String> types) {
    List<String> order = new ArrayList<>();
    List<FieldDescription> fields = analysis.context().facts().columns();
    for (QueryPart.SortItem item : query.query().orderBy()) {
      int position = (int) analysis.reads().integer(item.value()).orElse(positionOf(item, fields));
      if (position < 1 || position > types.size()) {
        throw Unsupported.error("ORDER BY expressions of set operations over several nodes");
      }
      order.add(
          "c"
              + position
              + (item.descending() ? " DESC" : "")
              + switch (item.nulls()) {
                case FIRST -> " NULLS FIRST";
                case LAST -> " NULLS LAST";
                case BY_DIRECTION -> "";
              });
    }
    return order;
  }

  private static long positionOf(QueryPart.SortItem item, List<FieldDescription> fields) {
    String name = Outputs.name(item.value());
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(name)) {
        return i + 1L;
      }
    }
    return 0;
  }
}
