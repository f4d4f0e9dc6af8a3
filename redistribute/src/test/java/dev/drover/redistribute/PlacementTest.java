package dev.drover.redistribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final int MODULUS = 32;

  @Test
  void slotsAreSpreadEvenlyInOrderOfTheNodes() {
    List<Integer> slots = Placement.place(List.of(3, 1, 2), MODULUS);
    assertThat(slots).hasSize(MODULUS).startsWith(1, 2, 3, 1);
    assertThat(load(slots, 1)).isEqualTo(11);
    assertThat(load(slots, 3)).isEqualTo(10);
  }

  @Test
  void aNodeListedTwiceCountsOnce() {
    assertThat(Placement.place(List.of(2, 2, 1), 4)).containsExactly(1, 2, 1, 2);
  }

  @Test
  void aNewNodeGetsItsShareAndNothingElseMoves() {
    List<Integer> before = Placement.place(List.of(1, 2, 3), MODULUS);
    List<Integer> after = Placement.rebalance(before, List.of(1, 2, 3, 4));
    assertThat(moves(before, after)).isEqualTo(8);
    assertThat(List.of(1, 2, 3, 4)).allMatch(node -> load(after, node) == 8);
  }

  /** One quarter of the bytes, and no more. */
  @Test
  void aNewNodeTakesItsShareOfWhatSlotsWeigh() {
    List<Integer> before = Placement.place(List.of(1, 2, 3), MODULUS);
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<Long> loads =
          IntStream.range(0, MODULUS).mapToObj(_ -> 900L + random.nextInt(200)).toList();
      List<Integer> after = Placement.rebalance(before, List.of(1, 2, 3, 4), loads);
      assertThat(moves(before, after)).isEqualTo(8);
      assertThat(List.of(1, 2, 3, 4)).allMatch(node -> load(after, node) == 8);
      long moved =
          IntStream.range(0, MODULUS).filter(i -> after.get(i) == 4).mapToLong(loads::get).sum();
      long all = loads.stream().mapToLong(Long::longValue).sum();
      assertThat(moved / (double) all).as("seed %d", seed).isBetween(0.24, 0.25);
    }
  }

  @Test
  void slotsOfARemovedNodeAreSharedOut() {
    List<Integer> before = Placement.place(List.of(1, 2, 3), MODULUS);
    List<Integer> after = Placement.rebalance(before, List.of(1, 3));
    assertThat(after).doesNotContain(2);
    assertThat(load(after, 1)).isEqualTo(16);
    assertThat(moves(before, after)).isEqualTo(load(before, 2));
  }

  @Test
  void aBalancedMapStaysAsItIs() {
    List<Integer> before = Placement.place(List.of(1, 2, 3), MODULUS);
    assertThat(Placement.rebalance(before, List.of(3, 2, 1))).isEqualTo(before);
  }

  @Test
  void noNodesAreRefused() {
    assertThatThrownBy(() -> Placement.place(List.of(), MODULUS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int load(List<Integer> slots, int node) {
    return Collections.frequency(slots, node);
  }

  private static long moves(List<Integer> before, List<Integer> after) {
    return IntStream.range(0, before.size())
        .filter(i -> !before.get(i).equals(after.get(i)))
        .count();
  }
}
