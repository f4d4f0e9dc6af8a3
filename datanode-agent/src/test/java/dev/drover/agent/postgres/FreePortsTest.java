package dev.drover.agent.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  @Test
  void portsChosenTogetherDifferAndLieBelowThoseOfClients() {
    List<Integer> ports = FreePorts.different(50);

    assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port >= 15_000 && port < 32_768);
  }

  @Test
  void portsOfDifferentLanesDiffer() {
    List<Integer> first = lane(1);
    List<Integer> second = lane(2);

    assertThat(first).doesNotContainAnyElementsOf(second);
    assertThat(second).allMatch(port -> port >= 15_000 && port < 32_768);
  }

  private static List<Integer> lane(int lane) {
    return IntStream.range(15_000, 32_768)
        .map(port -> FreePorts.inLane(port, lane))
        .boxed()
        .toList();
  }
}
