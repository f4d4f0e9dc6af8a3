package dev.drover.redistribute.rebalance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RebalancingTest {
  private static final int SLOTS = 32;

  @Test
  void evenLoadsStay() {
    assertThat(Rebalancing.plan(List.of(even(1, List.of(1, 2))), shares(1, 1), 0.05)).isEmpty();
  }

  @Test
  void aHeavySlotGoesWhereThereIsRoom() {
    GroupSlots group =
        new GroupSlots(1, List.of(1, 2), List.of(1, 1, 2, 2), List.of(9L, 5L, 2L, 2L));
    assertThat(Rebalancing.plan(List.of(group), shares(1, 1), 0.05))
        .containsExactly(new SlotMove(1, 1, 1, 2, 5));
  }

  @Test
  void sharesAreKept() {
    List<SlotMove> moves = Rebalancing.plan(List.of(even(1, List.of(1, 2))), shares(3, 1), 0.01);
    assertThat(moves).hasSize(8).allMatch(m -> m.source() == 2 && m.target() == 1);
  }

  @Test
  void aNodeWithoutAShareIsEmptiedEvenOfWhatWeighsNothing() {
    GroupSlots group =
        new GroupSlots(1, List.of(1, 2, 3), List.of(1, 2, 3, 3), List.of(1L, 1L, 0L, 0L));
    assertThat(Rebalancing.plan(List.of(group), shares(1, 1, 0), 0.1))
        .hasSize(2)
        .allMatch(m -> m.source() == 3 && m.target() < 3);
  }

  @Test
  void aNodeThatNoListNamesGetsNothing() {
    GroupSlots group =
        new GroupSlots(1, List.of(1, 2), List.of(1, 1, 1, 2), List.of(5L, 5L, 5L, 5L));
    assertThat(Rebalancing.plan(List.of(group), shares(1, 1, 1), 0.0))
        .allMatch(m -> m.target() == 2);
  }

  @Test
  void groupsCountTogether() {
    GroupSlots heavy = new GroupSlots(1, List.of(1, 2), List.of(1, 2), List.of(10L, 0L));
    GroupSlots light = new GroupSlots(2, List.of(1, 2), List.of(1, 2), List.of(6L, 4L));
    assertThat(Rebalancing.plan(List.of(heavy, light), shares(1, 1), 0.01))
        .containsExactly(new SlotMove(2, 0, 1, 2, 6));
  }

  @Test
  void impossibleSharesAreRefused() {
    assertThatThrownBy(() -> Rebalancing.plan(List.of(), shares(0, 0), 0.1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Random clusters: what must hold for each plan, whatever the loads. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void plansKeepTheirPromises(long seed) {
    Random dice = new Random(seed);
    for (int i = 0; i < 40; i++) {
      List<GroupSlots> groups = randomGroups(dice);
      Map<Integer, Double> shares = new TreeMap<>();
      for (int node = 1; node <= 5; node++) {
        shares.put(node, node > 1 && dice.nextInt(4) == 0 ? 0.0 : 1.0 + dice.nextInt(3));
      }
      List<SlotMove> moves = Rebalancing.plan(groups, shares, 0.1);
      assertThat(Rebalancing.plan(groups, shares, 0.1)).isEqualTo(moves);
      assertPlan(groups, shares, moves);
    }
  }

  private static void assertPlan(
      List<GroupSlots> groups, Map<Integer, Double> shares, List<SlotMove> moves) {
    assertThat(moves).extracting(m -> List.of(m.group(), m.slot())).doesNotHaveDuplicates();
    Map<Integer, List<Integer>> owners = new HashMap<>();
    groups.forEach(g -> owners.put(g.group(), new ArrayList<>(g.owners())));
    for (SlotMove move : moves) {
      GroupSlots group = groups.get(move.group());
      assertThat(group.nodes()).contains(move.target());
      assertThat(shares.get(move.target())).isPositive();
      assertThat(owners.get(move.group()).set(move.slot(), move.target())).isEqualTo(move.source());
    }
    for (GroupSlots group : groups) {
      boolean canLeave = group.nodes().stream().anyMatch(n -> shares.get(n) > 0);
      assertThat(owners.get(group.group())).allMatch(n -> shares.get(n) > 0 || !canLeave);
    }
    boolean drains =
        groups.stream().anyMatch(g -> g.nodes().stream().anyMatch(n -> shares.get(n) == 0));
    if (!drains) {
      assertThat(distance(groups, shares, owners)).isLessThanOrEqualTo(distance(groups, shares));
    }
    assertThat(Rebalancing.plan(moved(groups, owners), shares, 0.1)).isEmpty();
  }

  private static List<GroupSlots> moved(
      List<GroupSlots> groups, Map<Integer, List<Integer>> owners) {
    return groups.stream()
        .map(g -> new GroupSlots(g.group(), g.nodes(), owners.get(g.group()), g.loads()))
        .toList();
  }

  private static double distance(List<GroupSlots> groups, Map<Integer, Double> shares) {
    Map<Integer, List<Integer>> owners = new HashMap<>();
    groups.forEach(g -> owners.put(g.group(), g.owners()));
    return distance(groups, shares, owners);
  }

  private static double distance(
      List<GroupSlots> groups, Map<Integer, Double> shares, Map<Integer, List<Integer>> owners) {
    double total =
        groups.stream().flatMap(g -> g.loads().stream()).mapToDouble(Long::doubleValue).sum();
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    double distance = 0;
    for (int node : shares.keySet()) {
      double load = 0;
      for (GroupSlots group : groups) {
        for (int slot = 0; slot < group.loads().size(); slot++) {
          load += owners.get(group.group()).get(slot) == node ? group.loads().get(slot) : 0;
        }
      }
      distance += Math.pow(load - total * shares.get(node) / sum, 2);
    }
    return distance;
  }

  private static List<GroupSlots> randomGroups(Random dice) {
    List<GroupSlots> groups = new ArrayList<>();
    int count = 1 + dice.nextInt(3);
    for (int group = 0; group < count; group++) {
      List<Integer> nodes = new ArrayList<>(List.of(1, 2, 3, 4, 5));
      Collections.shuffle(nodes, dice);
      List<Integer> some = nodes.subList(0, 1 + dice.nextInt(5)).stream().sorted().toList();
      int skew = 1 + dice.nextInt(1000);
      groups.add(
          new GroupSlots(
              group,
              some,
              IntStream.range(0, SLOTS).mapToObj(s -> some.get(dice.nextInt(some.size()))).toList(),
              IntStream.range(0, SLOTS).mapToObj(s -> (long) dice.nextInt(skew)).toList()));
    }
    return groups;
  }

  private static GroupSlots even(int group, List<Integer> nodes) {
    return new GroupSlots(
        group,
        nodes,
        IntStream.range(0, SLOTS).mapToObj(s -> nodes.get(s % nodes.size())).toList(),
        Collections.nCopies(SLOTS, 10L));
  }

  private static Map<Integer, Double> shares(double... values) {
    Map<Integer, Double> shares = new TreeMap<>();
    for (int i = 0; i < values.length; i++) {
      shares.put(i + 1, values[i]);
    }
    return shares;
  }
}
