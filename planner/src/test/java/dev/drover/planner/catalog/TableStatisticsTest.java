package dev.drover.planner.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.catalog.TableStatistics.OfColumn;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableStatisticsTest {
  private static TableStatistics of(double rows, Map<Integer, OfColumn> columns) {
    return new TableStatistics(rows, 10, columns);
  }

  @Test
  void twiceTheRowsIsMuch() {
    assertThat(of(10_000, Map.of()).differsMuchFrom(of(19_999, Map.of()))).isFalse();
    assertThat(of(10_000, Map.of()).differsMuchFrom(of(20_000, Map.of()))).isTrue();
    assertThat(of(20_000, Map.of()).differsMuchFrom(of(10_000, Map.of()))).isTrue();
    assertThat(of(0, Map.of()).differsMuchFrom(of(2_000, Map.of()))).isTrue();
  }

  @Test
  void smallTablesNeverDifferMuch() {
    Map<Integer, OfColumn> columns = Map.of(1, new OfColumn(100, 0, 4));
    assertThat(of(1, Map.of()).differsMuchFrom(of(999, columns))).isFalse();
  }

  @Test
  void columnsThatHaveBecomeKnownAreMuch() {
    Map<Integer, OfColumn> few = Map.of(1, new OfColumn(100, 0, 4));
    Map<Integer, OfColumn> many = Map.of(1, new OfColumn(250, 0, 4));
    assertThat(of(5_000, few).differsMuchFrom(of(5_000, Map.of()))).isTrue();
    assertThat(of(5_000, few).differsMuchFrom(of(5_000, many))).isTrue();
    assertThat(of(5_000, few).differsMuchFrom(of(5_001, few))).isFalse();
  }
}
