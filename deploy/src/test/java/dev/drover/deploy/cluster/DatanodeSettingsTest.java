package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatanodeSettingsTest {
  @Test
  void allTogetherUseTheProcessorsOnce() {
    assertThat(workers(3, 2)).isEqualTo("0");
    assertThat(workers(1, 2)).isEqualTo("1");
    assertThat(workers(3, 8)).isEqualTo("1");
    assertThat(workers(2, 6)).isEqualTo("2");
  }

  @Test
  void noneTakesMoreWorkersThanPostgresWouldByItself() {
    assertThat(workers(3, 64)).isEqualTo("2");
  }

  private static String workers(int datanodes, int processors) {
    return DatanodeSettings.of(datanodes, processors).get("max_parallel_workers_per_gather");
  }
}
