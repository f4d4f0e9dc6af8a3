package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.route.PlanPrinter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * EXPLAIN: which nodes run what, and below each node's part its own plan.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ExplainOperator implements Operator, NodeFan.Work {
  private static final int[] NO_SLOTS = {};

  private final Call call;
  private final Plan.Explain plan;
  private final List<String> lines = new ArrayList<>();
  private final List<List<String>> remote = new ArrayList<>();
  private NodeFan fan;
  private NodeTask task;

  ExplainOperator(Call call, Plan.Explain plan) {
    this.call = call;
    this.plan = plan;
  }

  @Override
  public void start() {
    describe(plan.plan());
  }

  private void describe(Plan inner) {
    switch (inner) {
      case Plan.OneNode oneNode -> oneNode(oneNode);
      case Plan.AllNodes allNodes -> allNodes(allNodes);
      case Plan.Fragments fragments -> fragments(fragments);
      case Plan.AnyNode anyNode -> {
        int node = call.services().rotation().choose(call.transaction(), anyNode.nodes(), false);
        remote("Data Node Scan", List.of(node), anyNode.text(), List.of(), NO_SLOTS);
      }
      case Plan.ReplicatedWrite write -> {
        List<Integer> nodes = new ArrayList<>(List.of(write.primary()));
        nodes.addAll(write.others());
        remote("Replicated Write", nodes, write.text(), List.of(), NO_SLOTS);
      }
      case Plan.Local local ->
          remote("Catalog Node Scan", List.of(Node.CATALOG_ID), local.text(), List.of(), NO_SLOTS);
      case Plan.InsertRows insert -> finish("Insert by rows (" + insert.rows().size() + " rows)");
      case Plan.InsertFrom insert -> finish("Insert on " + insert.target().table());
      default -> finish(inner.getClass().getSimpleName());
    }
  }

  private void finish(String line) {
    lines.add(line);
    print();
  }

  private void oneNode(Plan.OneNode inner) {
    int[] slots = call.services().slots().of(inner.pins(), call);
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == Slots.UNKNOWN) {
        finish("Data Node Scan (node by the value of the key)");
        return;
      }
      nodes.add(inner.pins().get(i).shards().nodeOf(slots[i]));
    }
    if (nodes.size() != 1 && inner.otherwise().isPresent()) {
      describe(inner.otherwise().get());
      return;
    }
    remote("Data Node Scan", List.copyOf(nodes), inner.text(), inner.pins(), slots);
  }

  private void allNodes(Plan.AllNodes inner) {
    switch (inner.combine()) {
      case Combine.Concatenate _ -> {}
      case Combine.Merge merge -> lines.add("Merge (" + merge.keys().size() + " keys)");
    }
    remote("Data Node Scan", nodes(inner.nodes(), inner.pins()), inner.text(), List.of(), NO_SLOTS);
  }

  private void fragments(Plan.Fragments inner) {
    Fragment producer = inner.exchanges().getFirst().producer();
    boolean gathers = inner.last().site() instanceof Fragment.Site.CatalogNode;
    boolean simple = gathers && inner.exchanges().size() == 1 && producer.inputs().isEmpty();
    if (simple && producer.site() instanceof Fragment.Site.Nodes(var nodes, var pins)) {
      SqlText last = inner.last().text();
      lines.add("Finish: " + new Rendering(call, List.of(), NO_SLOTS).string(last));
      remote("Data Node Scan", nodes(nodes, pins), producer.text(), List.of(), NO_SLOTS);
    } else {
      lines.addAll(PlanPrinter.lines(inner, call.view().snapshot()));
      print();
    }
  }

  /** Those that the constants of the key select, as far as their slots can be told at once. */
  private List<Integer> nodes(List<Integer> all, List<Pin> pins) {
    int[] slots = pins.isEmpty() ? NO_SLOTS : call.services().slots().of(pins, call);
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == Slots.UNKNOWN) {
        return all;
      }
      nodes.add(pins.get(i).shards().nodeOf(slots[i]));
    }
    return nodes.isEmpty() ? all : List.copyOf(nodes);
  }

  private void remote(
      String title, List<Integer> nodes, SqlText text, List<Pin> pins, int[] slots) {
    String names =
        nodes.stream()
            .map(id -> call.view().snapshot().node(id).map(Node::name).orElse("catalog"))
            .collect(Collectors.joining(", "));
    String indent = lines.isEmpty() ? "" : "  ->  ";
    lines.add(indent + title + " (" + names + ")");
    Rendering rendering = new Rendering(call, pins, slots);
    String sql = rendering.string(text);
    lines.add("  Remote query: " + sql);
    nodes.forEach(_ -> remote.add(new ArrayList<>()));
    SqlText explained = rendering.behind("EXPLAIN " + plan.options() + " ", text);
    task = NodeTask.whole(call, nodes, explained, call.resultFormats());
    fan = new NodeFan(call, nodes, this);
    call.openScope(!plan.analyze() || nodes.size() == 1);
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    if (plan.analyze()) {
      participant.markWrote();
    }
    task.send(index, participant, reply);
  }

  @Override
  public boolean writes() {
    return plan.analyze();
  }

  @Override
  public void rows(int index, ByteBuf run) {
    try {
      while (run.isReadable()) {
        byte[] line = BackendDecoder.nextDataRow(run).getFirst();
        remote.get(index).add(new String(line, StandardCharsets.UTF_8));
      }
    } finally {
      run.release();
    }
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    call.closeBareScope();
    if (error.isPresent()) {
      call.transaction().fail();
      call.failed(error.get());
      return;
    }
    for (int i = 0; i < remote.size(); i++) {
      int node = fan.node(i);
      lines.add(
          "  Plan on " + call.view().snapshot().node(node).map(Node::name).orElse("catalog") + ":");
      remote.get(i).forEach(line -> lines.add("    " + line));
    }
    print();
  }

  private void print() {
    CachedPlan cached = call.cached();
    if (call.simple()) {
      call.output().simpleRowDescription(cached);
    }
    for (String line : lines) {
      BackendEncoder.dataRow(
          call.output().rowBuffer(), List.of(line.getBytes(StandardCharsets.UTF_8)));
    }
    call.completed("EXPLAIN");
  }
}
