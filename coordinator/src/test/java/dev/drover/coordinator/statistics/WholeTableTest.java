package dev.drover.coordinator.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.ShardMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How what nodes tell of their parts becomes statistics of the whole table. */
class WholeTableTest {
  private static final int TABLE = 1000;
  private static final int INDEX = 1001;

  @Test
  void partsOfAHashTableAreAddedUp() {
    Distribution hash =
        new Distribution.Hash(1, List.of(1), ShardMap.of(1, new int[] {1, 2}), "t$1");
    List<WholeTable> whole =
        WholeTable.merge(catalog(hash), Map.of(1, node(600, 1, 600), 2, node(400, 1, 400)));
    WholeTable table = find(whole, TABLE);
    assertThat(table.tuples()).isEqualTo(1000);
    assertThat(table.statistics().rows()).isEqualTo(1000);
    assertThat(table.statistics().pages()).isEqualTo(20);
    assertThat(table.bytes()).isEqualTo(new NodeStatistics.Bytes(2, 4, 6));
    assertThat(table.statistics().column(1).orElseThrow().distinctValues()).isEqualTo(1000);
    assertThat(table.statistics().column(1).orElseThrow().averageWidth()).isEqualTo(4);
    assertThat(find(whole, INDEX).tuples()).isEqualTo(1000);
  }

  @Test
  void oneCopyOfAReplicatedTableCounts() {
    Distribution replicated = new Distribution.Replicated(1, List.of(1, 2), 2);
    Map<Integer, NodeStatistics> both = Map.of(1, node(600, 1, 600), 2, node(601, 1, 601));
    assertThat(find(WholeTable.merge(catalog(replicated), both), TABLE).tuples()).isEqualTo(601);
    Map<Integer, NodeStatistics> one = Map.of(1, node(600, 1, 600));
    List<WholeTable> whole = WholeTable.merge(catalog(replicated), one);
    assertThat(find(whole, TABLE).tuples()).isEqualTo(600);
    assertThat(find(whole, INDEX).tuples()).isEqualTo(600);
  }

  @Test
  void aTableWithoutAllItsNodesIsLeftOut() {
    Distribution spread = new Distribution.RoundRobin(1, List.of(1, 2));
    assertThat(WholeTable.merge(catalog(spread), Map.of(1, node(600, 1, 600)))).isEmpty();
  }

  /** 7 values, all seen by each leaf, are 7; as many values as rows may all be different. */
  @Test
  void differentValuesLieBetweenTheLargestAndTheSum() {
    assertThat(WholeTable.distinct(part(10, 10_000, 70, 7), 10_000)).isCloseTo(7, within(0.1));
    assertThat(WholeTable.distinct(part(10, 10_000, 10_000, 1_000), 10_000)).isEqualTo(10_000);
  }

  /** 20,000 values, of which a leaf with 18,750 rows shows 12,167. */
  @Test
  void valuesThatALeafHasNotSeenAreReckonedWith() {
    NodeStatistics.ColumnPart part = part(32, 600_000, 32 * 12_167, 12_200);
    assertThat(WholeTable.distinct(part, 600_000)).isCloseTo(20_000, within(100.0));
  }

  private static NodeStatistics.ColumnPart part(long leaves, double rows, double sum, double max) {
    return new NodeStatistics.ColumnPart(leaves, rows, 0, sum, max, rows * 4);
  }

  private static NodeStatistics node(double rows, long leaves, double distinct) {
    NodeStatistics.Bytes bytes = new NodeStatistics.Bytes(1, 2, 3);
    NodeStatistics.RelationPart part =
        new NodeStatistics.RelationPart("t", rows, 10, rows, bytes, false);
    return new NodeStatistics(
        Map.of(
            new NodeStatistics.Name("public", "t"), part,
            new NodeStatistics.Name("public", "t_pkey"), part),
        Map.of(
            new NodeStatistics.Name("public", "t"),
            Map.of("id", part(leaves, rows, distinct, distinct))));
  }

  private static CatalogSnapshot catalog(Distribution distribution) {
    Column id =
        new Column(
            1,
            "id",
            23,
            "integer",
            -1,
            true,
            true,
            Optional.empty(),
            Column.Identity.NONE,
            false,
            true);
    return CatalogSnapshot.of(
        1,
        Map.of(1, datanode(1), 2, datanode(2)),
        Map.of(),
        List.of(
            relation(TABLE, "t", Relation.Kind.TABLE, distribution, List.of(id)),
            relation(
                INDEX, "t_pkey", Relation.Kind.INDEX, new Distribution.CatalogNode(), List.of())),
        List.of());
  }

  private static Node datanode(int id) {
    return new Node(id, "dn" + id, "localhost", 5432, "", false, false, true);
  }

  private static Relation relation(
      int oid, String name, Relation.Kind kind, Distribution distribution, List<Column> columns) {
    return new Relation(
        oid,
        "public",
        name,
        kind,
        distribution,
        columns,
        List.of(),
        List.of(),
        Optional.empty(),
        true);
  }

  private static WholeTable find(List<WholeTable> tables, int oid) {
    return tables.stream().filter(t -> t.oid() == oid).findFirst().orElseThrow();
  }
}
