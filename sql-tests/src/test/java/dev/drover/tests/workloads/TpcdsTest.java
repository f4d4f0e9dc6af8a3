package dev.drover.tests.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.deploy.tpc.Layout;
import dev.drover.deploy.tpc.Tpcds;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Some queries of TPC-DS that find something in a small database, chosen for what TPC-H has not:
 * set operations, ROLLUP, windows over aggregates, full joins, CTEs used several times. All 99 are
 * run by {@code drover bench tpcds}.
 */
@ExtendWith(EndpointsExtension.class)
class TpcdsTest {
  private static final int THINNING = 5;
  private static final int[] NUMBERS = {
    1, 2, 5, 6, 8, 14, 16, 23, 36, 38, 44, 47, 49, 51, 65, 67, 70, 75, 77, 78, 80, 87, 97, 98
  };

  private static Workload workload;

  @BeforeAll
  static void fill(Endpoints endpoints) throws SQLException {
    workload = Workload.open(Tpcds.sample(THINNING, NUMBERS), endpoints);
  }

  @AfterAll
  static void drop() throws SQLException {
    workload.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"GOOD", "BAD"})
  void everyAnswerIsThatOfAPlainServer(Layout layout) throws SQLException {
    assertThat(workload.answers())
        .hasSize(NUMBERS.length)
        .allSatisfy((query, answer) -> assertThat(answer.rowCount(query)).isPositive());
    assertThat(workload.differences(layout)).isEmpty();
  }
}
