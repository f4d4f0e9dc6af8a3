package dev.drover.coordinator.explain;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.SharedView;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.fragments.FragmentPlaces;
import dev.drover.coordinator.insert.InsertRowsOperator;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Fragment.Site;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The steps of a plan as EXPLAIN shows them, in the words of Postgres-XC, with what the nodes are
 * to be asked.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ExplainOutline {
  private static final int[] NO_SLOTS = {};
  private static final String RELATION = "Relation Name";

  private final Call call;
  private final ExplainOptions options;

  ExplainOutline(Call call, ExplainOptions options) {
    this.call = call;
    this.options = options;
  }

  /** {@code slots} are those of the plan's pins. */
  ExplainPart of(Plan plan, int[] slots) {
    return switch (plan) {
      case Plan.OneNode oneNode -> oneNode(oneNode, slots);
      case Plan.AllNodes allNodes -> allNodes(allNodes, slots);
      case Plan.AnyNode(var text, var nodes, var writes) -> {
        int node = call.services().rotation().choose(call.transaction(), nodes, writes);
        yield remote(scan(writes), List.of(node), ask(List.of(node), text, writes));
      }
      case Plan.ReplicatedWrite write -> replicated(write);
      case Plan.Local local -> {
        List<Integer> catalog = List.of(Node.CATALOG_ID);
        yield remote("Catalog Node Scan", catalog, ask(catalog, local.text(), false));
      }
      case Plan.InsertRows insert -> rows(insert, slots);
      case Plan.InsertFrom(var reader, var target, _) ->
          part("Insert", target.distribution().nodes())
              .says("Relation", RELATION, target.table())
              .over(of(reader, call.services().slots().of(Slots.pins(reader), call)));
      case Plan.Fragments fragments -> fragments(fragments, slots);
      case Plan.Change change -> change(change);
      case Plan.AtCursor(var cursor, _, var table, _, _, _) ->
          new ExplainPart("Data Node Write", "")
              .says("Relation", RELATION, table)
              .says("Cursor", "Cursor", cursor);
      case Plan.Control _ ->
          throw SqlError.notSupported("EXPLAIN of this statement is not supported yet");
      case Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _, Plan.Deferred _ -> throw unknown(plan);
      case Plan.Utility _, Plan.Broadcast _, Plan.Explain _ -> throw unknown(plan);
    };
  }

  private static IllegalStateException unknown(Plan plan) {
    return new IllegalStateException("EXPLAIN has no such plan: " + plan);
  }

  private static String scan(boolean writes) {
    return writes ? "Data Node Write" : "Data Node Scan";
  }

  private ExplainPart.Question ask(List<Integer> nodes, SqlText text, boolean writes) {
    return new ExplainPart.Question(nodes, text, new Rendering(call, List.of(), NO_SLOTS), writes);
  }

  private ExplainPart oneNode(Plan.OneNode plan, int[] slots) {
    List<Integer> all = nodes(plan.pins(), slots);
    if (all.size() != 1 && plan.otherwise().isPresent()) {
      Plan otherwise = plan.otherwise().get();
      return of(otherwise, call.services().slots().of(Slots.pins(otherwise), call));
    }
    ExplainPart part =
        remote(
            scan(plan.writes()),
            all,
            new ExplainPart.Question(
                all, plan.text(), new Rendering(call, plan.pins(), slots), plan.writes()));
    return options.generic() ? part.says("Node expr", "Node Expression", "by the key") : part;
  }

  private static List<Integer> nodes(List<Pin> pins, int[] slots) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == Slots.UNKNOWN) {
        throw SqlError.notSupported(
            "EXPLAIN of a statement whose nodes PostgreSQL must tell is not supported yet");
      }
      nodes.add(pins.get(i).shards().nodeOf(slots[i]));
    }
    return List.copyOf(nodes);
  }

  private ExplainPart allNodes(Plan.AllNodes plan, int[] slots) {
    List<Integer> nodes = slots.length == 0 ? plan.nodes() : nodes(plan.pins(), slots);
    ExplainPart scan = remote(scan(plan.writes()), nodes, ask(nodes, plan.text(), plan.writes()));
    return switch (plan.combine()) {
      case Combine.Concatenate(var window) -> windowed(window, scan);
      case Combine.Merge(var keys, var window) -> {
        List<String> sorted = keys.stream().map(this::sortKey).toList();
        ExplainPart merge =
            new ExplainPart("Merge Append", "")
                .says("Sort Key", "Sort Key", Json.texts(sorted))
                .passing(scan);
        yield windowed(window, merge);
      }
    };
  }

  private String sortKey(Combine.SortKey key) {
    String type = call.view().types().name(key.typeOid()).orElse("unknown");
    return type
        + (key.descending() ? " DESC" : "")
        + (key.nullsFirst() == key.descending()
            ? ""
            : key.nullsFirst() ? " NULLS FIRST" : " NULLS LAST");
  }

  private static ExplainPart windowed(Combine.Window window, ExplainPart inner) {
    if (window.limit().isEmpty() && window.offset().isEmpty()) {
      return inner;
    }
    ExplainPart limit = new ExplainPart("Limit", "");
    window.limit().ifPresent(l -> limit.says("Limit", "Limit", count(l)));
    window.offset().ifPresent(o -> limit.says("Offset", "Offset", count(o)));
    return limit.passing(inner);
  }

  private static Json count(Combine.RowCount count) {
    return switch (count) {
      case Combine.RowCount.Fixed(var rows) -> Json.number(rows);
      case Combine.RowCount.Parameter(var index, _) -> new Json.Text("$" + index);
    };
  }

  private ExplainPart replicated(Plan.ReplicatedWrite plan) {
    List<Integer> nodes = new ArrayList<>(List.of(plan.primary()));
    nodes.addAll(plan.others());
    ExplainPart part = new ExplainPart("Replicated Write", numbers(1, plan.others().size()));
    if (options.nodes()) {
      part.says("Primary node/s", "Primary Node/s", Json.texts(names(List.of(plan.primary()))));
      part.says("Node/s", "Node/s", Json.texts(names(plan.others())));
    }
    return asking(part, ask(nodes, plan.text(), true));
  }

  private ExplainPart rows(Plan.InsertRows plan, int[] slots) {
    SortedMap<Integer, SqlText> texts = InsertRowsOperator.byNode(plan, slots);
    ExplainPart insert = part("Insert Rows", List.copyOf(texts.keySet()));
    texts.forEach(
        (node, text) ->
            insert.over(remote("Data Node Write", List.of(node), ask(List.of(node), text, true))));
    return insert;
  }

  private ExplainPart fragments(Plan.Fragments plan, int[] slots) {
    if (FragmentPlaces.mixes(plan) && !SharedView.isPossible(call)) {
      Optional<Plan> pulled = plan.afterWrites();
      if (pulled.isPresent()) {
        return of(pulled.get(), call.services().slots().of(Slots.pins(pulled.get()), call));
      }
    }
    FragmentPlaces places = FragmentPlaces.of(call, plan, slots, false);
    Set<String> shown = new HashSet<>();
    ExplainPart last = fragment(plan, places, places.all().size() - 1, shown);
    return switch (plan.combine()) {
      case Combine.Concatenate(var window) -> windowed(window, last);
      case Combine.Merge(var keys, var window) ->
          windowed(
              window,
              new ExplainPart("Merge Append", "")
                  .says(
                      "Sort Key", "Sort Key", Json.texts(keys.stream().map(this::sortKey).toList()))
                  .passing(last));
    };
  }

  private ExplainPart fragment(
      Plan.Fragments plan, FragmentPlaces places, int number, Set<String> shown) {
    FragmentPlaces.Place place = places.all().get(number);
    ExplainPart part = fragment(place.fragment(), place.nodes(), place.rendering());
    for (String input : place.fragment().inputs()) {
      if (shown.add(input)) {
        Exchange exchange = FragmentPlaces.exchange(plan, input);
        int producer = plan.exchanges().indexOf(exchange);
        part.over(exchange(exchange).passing(fragment(plan, places, producer, shown)));
      } else {
        part.over(new ExplainPart("Exchange Scan", "").says("Relation", RELATION, input));
      }
    }
    return part;
  }

  /** One with inputs is not asked about: its relations are not there. */
  private ExplainPart fragment(Fragment fragment, List<Integer> nodes, Rendering rendering) {
    String type =
        fragment.site() instanceof Fragment.Site.CatalogNode
            ? "Catalog Node Scan"
            : "Data Node Scan";
    ExplainPart.Question question =
        new ExplainPart.Question(nodes, fragment.text(), rendering, false);
    ExplainPart part = described(part(type, nodes), question);
    return fragment.inputs().isEmpty() ? part.asks(question) : part;
  }

  private ExplainPart exchange(Exchange exchange) {
    ExplainPart part =
        switch (exchange.route()) {
          case Exchange.Route.Gather() -> new ExplainPart("Gather", "");
          case Exchange.Route.Broadcast() -> new ExplainPart("Broadcast", "");
          case Exchange.Route.ByKey(var key, _, _, var modulo) ->
              new ExplainPart("Redistribute", "")
                  .says(
                      modulo ? "Modulo key" : "Hash key",
                      modulo ? "Modulo Key" : "Hash Key",
                      Json.texts(key.stream().map(k -> exchange.columns().get(k).name()).toList()));
        };
    part.says("Relation", RELATION, exchange.relation()).fills(exchange.relation());
    if (options.verbose()) {
      List<String> columns =
          exchange.columns().stream().map(c -> c.name() + " " + c.type()).toList();
      part.says("Output", "Output", Json.texts(columns));
    }
    return part;
  }

  /** The rows that it reads or may change come to the catalog node. */
  private ExplainPart change(Plan.Change plan) {
    ExplainPart part = part("Catalog Node Write", List.of(Node.CATALOG_ID));
    List<String> tables = plan.tables().stream().map(ChangedTable::table).toList();
    part.says("Relation", RELATION, String.join(", ", tables));
    described(part, ask(List.of(Node.CATALOG_ID), plan.statement(), true));
    plan.tables().stream()
        .flatMap(table -> table.candidates().stream())
        .forEach(exchange -> part.over(gathered(exchange)));
    plan.reads().forEach(exchange -> part.over(gathered(exchange)));
    return part;
  }

  private ExplainPart gathered(Exchange exchange) {
    Fragment producer = exchange.producer();
    List<Pin> pins = producer.site() instanceof Site.Nodes(_, var all) ? all : List.of();
    int[] slots = call.services().slots().of(pins, call);
    List<Integer> nodes =
        switch (producer.site()) {
          case Site.CatalogNode() -> List.of(Node.CATALOG_ID);
          case Site.AnyOf(var any) -> any.subList(0, 1);
          case Site.Nodes(var all, _) -> pins.isEmpty() ? all : nodes(pins, slots);
        };
    return exchange(exchange).passing(fragment(producer, nodes, new Rendering(call, pins, slots)));
  }

  private ExplainPart remote(String type, List<Integer> nodes, ExplainPart.Question question) {
    return asking(part(type, nodes), question);
  }

  private ExplainPart asking(ExplainPart part, ExplainPart.Question question) {
    return described(part, question).asks(question);
  }

  private ExplainPart described(ExplainPart part, ExplainPart.Question question) {
    return options.verbose()
        ? part.says(
            "Remote query", "Remote Query", question.rendering().string(question.text()).strip())
        : part;
  }

  private ExplainPart part(String type, List<Integer> nodes) {
    ExplainPart part = new ExplainPart(type, numbers(0, nodes.size()));
    return options.nodes() ? part.says("Node/s", "Node/s", Json.texts(names(nodes))) : part;
  }

  private String numbers(int primaries, int nodes) {
    return options.nodeNumbers()
        ? " (primary node count=%d, node count=%d)".formatted(primaries, nodes)
        : "";
  }

  private List<String> names(List<Integer> nodes) {
    return nodes.stream().map(this::name).toList();
  }

  String name(int node) {
    return call.view().snapshot().node(node).map(Node::name).orElse("catalog");
  }
}
