package dev.drover.planner.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatalogSnapshotTest {
  private static final ShardMap BEFORE = ShardMap.of(3, new int[] {1, 2});
  private static final ShardMap AFTER = ShardMap.of(3, new int[] {2, 2}, new int[] {1, 0});
  private static final ShardMap OTHER = ShardMap.of(4, new int[] {1, 2});

  @Test
  void tablesOfAGroupFollowTheirSlotsAndAllElseStays() {
    Relation hashed = relation(1, new Distribution.Hash(11, List.of(1), BEFORE, "h$11"));
    Relation modulo = relation(2, new Distribution.Modulo(12, 1, BEFORE, "m$12"));
    Relation apart = relation(3, new Distribution.Hash(13, List.of(1), OTHER, "o$13"));
    Relation everywhere = relation(4, new Distribution.Replicated(14, List.of(1, 2), 1));
    Map<Integer, TableStatistics> statistics = Map.of(1, new TableStatistics(5, 1, Map.of()));
    CatalogSnapshot before =
        CatalogSnapshot.of(
                7, Map.of(), Map.of(), List.of(hashed, modulo, apart, everywhere), List.of())
            .withStatistics(statistics);
    CatalogSnapshot after = before.withShards(Map.of(3, AFTER, 4, OTHER));
    assertThat(after.relation("s", "t1"))
        .contains(relation(1, new Distribution.Hash(11, List.of(1), AFTER, "h$11")));
    assertThat(after.relationOfDistribution(12))
        .contains(relation(2, new Distribution.Modulo(12, 1, AFTER, "m$12")));
    assertThat(after.relation(3)).containsSame(apart);
    assertThat(after.relation(4)).containsSame(everywhere);
    assertThat(after.statistics()).isEqualTo(statistics);
    assertThat(after.version()).isEqualTo(7);
    assertThat(before.relation(1)).containsSame(hashed);
  }

  private static Relation relation(int oid, Distribution distribution) {
    return new Relation(
        oid,
        "s",
        "t" + oid,
        Relation.Kind.TABLE,
        distribution,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        true);
  }
}
