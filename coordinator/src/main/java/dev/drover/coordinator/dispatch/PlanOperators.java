package dev.drover.coordinator.dispatch;

import dev.drover.coordinator.change.ChangeOperator;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Operators;
import dev.drover.coordinator.exec.SharedView;
import dev.drover.coordinator.exec.SingleNodeOperator;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.explain.ExplainOperator;
import dev.drover.coordinator.fragments.FragmentPlaces;
import dev.drover.coordinator.fragments.FragmentsOperator;
import dev.drover.coordinator.insert.InsertFromOperator;
import dev.drover.coordinator.insert.InsertRowsOperator;
import dev.drover.coordinator.nodes.ConcatenateOperator;
import dev.drover.coordinator.nodes.MergeOperator;
import dev.drover.coordinator.nodes.NodeTask;
import dev.drover.coordinator.nodes.ReplicatedWriteOperator;
import dev.drover.coordinator.transfer.CopyInOperator;
import dev.drover.coordinator.transfer.CopyLocalOperator;
import dev.drover.coordinator.transfer.CopyOutOperator;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * One operator for each kind of plan.
 *
 * <p>Threads: immutable.
 */
public final class PlanOperators implements Operators {
  private static final int[] NO_SLOTS = {};

  /** Answers a statement on the catalog node, whatever its cached plan says. */
  public static Operator local(Call call, Plan.Local plan) {
    return new LocalOperator(call, plan);
  }

  /** Runs a text on the participant of the transaction that has what it is about. */
  public static Operator onNode(Call call, int node, String sql) {
    SqlText text = SqlText.fixed(sql);
    return new SingleNodeOperator(
        call, new SingleNodeOperator.Task(node, text, List.of(), NO_SLOTS, false, false));
  }

  /**
   * Changes the row of a cursor that a node has; {@code text} says which, and {@code slots} is that
   * of its leaf, or none.
   */
  public static Operator atCursor(Call call, int node, SqlText text, int[] slots) {
    List<Pin> pins = ((Plan.AtCursor) call.cached().plan()).leaves().stream().toList();
    return new SingleNodeOperator(
        call, new SingleNodeOperator.Task(node, text, pins, slots, true, false));
  }

  @Override
  public Operator of(Call call, Plan plan) {
    List<Pin> pins = Slots.pins(plan);
    int[] slots = pins.isEmpty() ? NO_SLOTS : call.services().slots().of(pins, call);
    for (int slot : slots) {
      if (slot == Slots.UNKNOWN) {
        return new KeyLookupOperator(call, plan, pins, slots);
      }
    }
    return of(call, plan, slots);
  }

  @Override
  public Operator of(Call call, Plan plan, int[] slots) {
    return switch (plan) {
      case Plan.Local local -> new LocalOperator(call, local);
      case Plan.OneNode oneNode -> oneNode(call, oneNode, slots);
      case Plan.AnyNode anyNode -> {
        int node =
            call.services()
                .rotation()
                .choose(call.transaction(), anyNode.nodes(), anyNode.writes());
        yield single(call, node, anyNode);
      }
      case Plan.AllNodes allNodes -> allNodes(call, allNodes, slots);
      case Plan.ReplicatedWrite write -> new ReplicatedWriteOperator(call, write);
      case Plan.InsertRows insert -> new InsertRowsOperator(call, insert, slots);
      case Plan.InsertFrom insert -> new InsertFromOperator(call, insert);
      case Plan.Change change -> new ChangeOperator(call, change);
      case Plan.CopyIn copy -> new CopyInOperator(call, copy);
      case Plan.CopyLocal copy -> new CopyLocalOperator(call, copy);
      case Plan.CopyOut copy -> CopyOutOperator.of(call, copy, slots);
      case Plan.Explain explain -> new ExplainOperator(call, explain, slots);
      case Plan.AtCursor _ -> throw new IllegalStateException("only the session knows cursors");
      case Plan.Fragments fragments -> fragments(call, fragments, slots);
      case Plan.Control _, Plan.Utility _, Plan.Broadcast _, Plan.Deferred _ ->
          throw new IllegalStateException("not a plan of rows: " + plan);
    };
  }

  private Operator fragments(Call call, Plan.Fragments plan, int[] slots) {
    boolean mixes = FragmentPlaces.mixes(plan);
    if (mixes && !SharedView.isPossible(call)) {
      Plan pulled =
          plan.afterWrites()
              .orElseThrow(() -> SqlError.notSupported("this query in a transaction like this"));
      return of(call, pulled);
    }
    boolean shared = mixes && call.scopes().transactionDefaults().globalSnapshots();
    return new FragmentsOperator(call, plan, FragmentPlaces.of(call, plan, slots, shared));
  }

  private static Operator single(Call call, int node, Plan.AnyNode plan) {
    return new SingleNodeOperator(
        call,
        new SingleNodeOperator.Task(node, plan.text(), List.of(), NO_SLOTS, plan.writes(), false));
  }

  private Operator oneNode(Call call, Plan.OneNode plan, int[] slots) {
    int node = Node.CATALOG_ID;
    for (int i = 0; i < slots.length; i++) {
      int pinned = plan.pins().get(i).shards().nodeOf(slots[i]);
      if (i > 0 && pinned != node) {
        Plan otherwise =
            plan.otherwise()
                .orElseThrow(
                    () ->
                        SqlError.notSupported(
                            "a statement whose keys lie on different nodes is not supported yet"));
        return of(call, otherwise);
      }
      node = pinned;
    }
    return new SingleNodeOperator(
        call,
        new SingleNodeOperator.Task(
            node, plan.text(), plan.pins(), slots, plan.writes(), false, plan.literalTypes()));
  }

  private static Operator allNodes(Call call, Plan.AllNodes plan, int[] slots) {
    List<Integer> nodes = slots.length == 0 ? plan.nodes() : nodes(plan.pins(), slots);
    if (nodes.isEmpty()) {
      throw SqlError.of(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "the table is on no node");
    }
    return switch (plan.combine()) {
      case Combine.Concatenate(Combine.Window window) ->
          new ConcatenateOperator(
              call,
              new NodeTask(call, nodes, plan.text(), call.resultFormats(), true),
              window,
              plan.writes());
      case Combine.Merge merge -> new MergeOperator(call, nodes, plan.text(), merge);
    };
  }

  private static List<Integer> nodes(List<Pin> pins, int[] slots) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      nodes.add(pins.get(i).shards().nodeOf(slots[i]));
    }
    return List.copyOf(nodes);
  }

  /** The nodes that the plan will ask, or more where only PostgreSQL can say which. */
  public static List<Integer> nodes(Call call, Plan.AllNodes plan) {
    int[] slots = call.services().slots().of(plan.pins(), call);
    boolean known = slots.length > 0 && Arrays.stream(slots).allMatch(s -> s != Slots.UNKNOWN);
    return known ? nodes(plan.pins(), slots) : plan.nodes();
  }
}
