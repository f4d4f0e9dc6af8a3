package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.catalog.ShardMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the owners of slots are read for, without the rest of the catalog. */
class SlotOwnersTest {
  private static final ShardMap MAP = ShardMap.of(3, new int[] {1, 2}, new int[] {0, 1});

  @Test
  void ownersAreEnoughWhenEachChangeWasOneOfOwners() {
    Optional<SlotOwners> owners = SlotOwners.since(answer("9", "2"), 7, 40, 42);
    assertThat(owners).contains(new SlotOwners(Map.of(3, MAP), 9));
  }

  @Test
  void oneChangeOfAnotherSortIsEnoughToReadEverything() {
    assertThat(SlotOwners.since(answer("9", "1"), 7, 40, 42)).isEmpty();
  }

  @Test
  void aNumberThatFallsMakesEverythingBeRead() {
    assertThat(SlotOwners.since(answer("9", "0"), 7, 42, 42)).isEmpty();
    assertThat(SlotOwners.since(answer("9", "0"), 7, 42, 2)).isEmpty();
  }

  @Test
  void onlyWhatWasNotThereBeforeCounts() {
    SlotOwners.since(
        sql -> {
          assertThat(sql).contains("id > 7 AND version > 40 AND version <= 42");
          return List.of();
        },
        7,
        40,
        42);
  }

  private static CatalogQueries answer(String newest, String count) {
    return sql ->
        List.of(
            List.of(
                Optional.of("3"),
                Optional.of("{1,2}"),
                Optional.of("{0,1}"),
                Optional.of(newest),
                Optional.of(count)));
  }
}
