package dev.drover.redistribute.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PausesTest {
  private static final List<Duration> GROWING =
      Stream.of(1, 2, 4, 8, 10, 10).map(Duration::ofSeconds).toList();

  @Test
  void eachIsTwiceAsLongAsTheLastOneUpToTenSeconds() throws SQLException {
    Job job = new Job(new JobId(1), "move", List.of(), "", "drover", 1);
    Pauses pauses = new Pauses(new JobControl(job, null, new JobCounts()));
    assertThat(Stream.generate(pauses::next).limit(GROWING.size())).isEqualTo(GROWING);
    pauses.over();
    assertThat(pauses.next()).isEqualTo(GROWING.getFirst());
  }
}
