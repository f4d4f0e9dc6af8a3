package dev.drover.coordinator.insert;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.Slots;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Chooses how the rows are read that a statement then writes. */
final class Portions {
  private static final int[] NO_SLOTS = {};

  private Portions() {}

  /**
   * The reader of rows that are written in the same transaction: in portions where the datanodes'
   * own connections are read.
   */
  static Operator reader(Call call, Plan plan, IntPredicate mayRead) {
    return switch (plan) {
      case Plan.AnyNode any -> {
        int node = call.services().rotation().choose(call.transaction(), any.nodes(), false);
        Rendering rendering = rendering(call, List.of(), NO_SLOTS);
        yield portions(call, List.of(node), any.text(), rendering, mayRead);
      }
      case Plan.OneNode one -> oneNode(call, one, mayRead);
      case Plan.AllNodes all -> allNodes(call, all, mayRead);
      default -> call.services().operators().of(call, plan);
    };
  }

  private static Operator oneNode(Call call, Plan.OneNode plan, IntPredicate mayRead) {
    int[] slots = call.services().slots().of(plan.pins(), call);
    List<Integer> nodes = nodes(plan.pins(), slots);
    if (!known(slots) || nodes.isEmpty()) {
      return call.services().operators().of(call, plan);
    }
    if (nodes.size() > 1) {
      return plan.otherwise()
          .map(otherwise -> reader(call, otherwise, mayRead))
          .orElseGet(() -> call.services().operators().of(call, plan));
    }
    return portions(call, nodes, plan.text(), rendering(call, plan.pins(), slots), mayRead);
  }

  private static Operator allNodes(Call call, Plan.AllNodes plan, IntPredicate mayRead) {
    int[] slots = call.services().slots().of(plan.pins(), call);
    if (!(plan.combine() instanceof Combine.Concatenate(Combine.Window window)) || !known(slots)) {
      return call.services().operators().of(call, plan);
    }
    List<Integer> nodes = slots.length == 0 ? plan.nodes() : nodes(plan.pins(), slots);
    PortionReader.Work work =
        new PortionReader.Work(nodes, plan.text(), rendering(call, List.of(), NO_SLOTS), window);
    return new PortionReader(call, work, mayRead);
  }

  private static Operator portions(
      Call call, List<Integer> nodes, SqlText text, Rendering rendering, IntPredicate mayRead) {
    PortionReader.Work work = new PortionReader.Work(nodes, text, rendering, Combine.Window.ALL);
    return new PortionReader(call, work, mayRead);
  }

  private static Rendering rendering(Call call, List<Pin> pins, int[] slots) {
    return new Rendering(call, pins, slots);
  }

  private static boolean known(int[] slots) {
    return IntStream.of(slots).noneMatch(slot -> slot == Slots.UNKNOWN);
  }

  private static List<Integer> nodes(List<Pin> pins, int[] slots) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != Slots.UNKNOWN) {
        nodes.add(pins.get(i).shards().nodeOf(slots[i]));
      }
    }
    return List.copyOf(nodes);
  }
}
