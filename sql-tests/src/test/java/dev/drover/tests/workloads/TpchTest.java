package dev.drover.tests.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.deploy.tpc.Layout;
import dev.drover.deploy.tpc.Tpch;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The 22 queries of TPC-H over tables that lie well and over tables that lie badly: every answer is
 * the plain server's to the last digit. {@code drover bench tpch} measures them.
 */
@ExtendWith(EndpointsExtension.class)
class TpchTest {
  private static final double SCALE = 0.01;

  private static Workload workload;

  @BeforeAll
  static void fill(Endpoints endpoints) throws SQLException {
    workload = Workload.open(Tpch.suite(SCALE), endpoints);
  }

  @AfterAll
  static void drop() throws SQLException {
    workload.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"GOOD", "BAD"})
  void everyAnswerIsThatOfAPlainServer(Layout layout) throws SQLException {
    assertThat(workload.answers())
        .hasSize(Tpch.QUERIES)
        .allSatisfy((query, answer) -> assertThat(answer.rowCount(query)).isPositive());
    assertThat(workload.differences(layout)).isEmpty();
  }
}
