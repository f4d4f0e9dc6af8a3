package dev.drover.planner.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeafNamesTest {
  @Test
  void shortNamesGetTheDistributionsNumber() {
    assertThat(LeafNames.leaf("orders", 12)).isEqualTo("orders$12");
    assertThat(LeafNames.object("orders_pkey", 12)).isEqualTo("orders_pkey$12");
    assertThat(LeafNames.schema(17)).isEqualTo("drover$17");
  }

  @Test
  void longNamesFitAndStayApart() {
    String common = "x".repeat(60);
    String first = LeafNames.object(common + "aaa", 4711);
    String second = LeafNames.object(common + "bbb", 4711);
    assertThat(first).hasSize(LeafNames.MAX_NAME_BYTES).endsWith("$4711");
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void namesAreCutBetweenCharacters() {
    String leaf = LeafNames.leaf("漢".repeat(21), Integer.MAX_VALUE);
    assertThat(leaf).isEqualTo("漢".repeat(17) + "$2147483647");
    assertThat(leaf.getBytes(UTF_8).length).isLessThanOrEqualTo(LeafNames.MAX_NAME_BYTES);
    assertThat(LeafNames.clip("a😀b", 4)).isEqualTo("a");
  }
}
