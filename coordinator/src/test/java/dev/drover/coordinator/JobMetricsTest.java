package dev.drover.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.redistribute.job.JobCounts;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class JobMetricsTest {
  private final JobCounts counts = new JobCounts();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void whatJobsDoIsShown() {
    new JobMetrics(() -> 3, counts, Tags.of("process", "c1")).bindTo(registry);
    counts.moveOver(true);
    counts.moveOver(true);
    counts.moveOver(false);
    counts.copied(1000, 0);
    counts.copied(24, 7);
    counts.blocked(250_000);

    assertThat(registry.get("coordinator.jobs.running").gauge().value()).isEqualTo(3);
    assertThat(counter("moves", "end", "done")).isEqualTo(2);
    assertThat(counter("moves", "end", "failed")).isEqualTo(1);
    assertThat(counter("moves.bytes", "process", "c1")).isEqualTo(1024);
    assertThat(counter("moves.rows", "process", "c1")).isEqualTo(7);
    assertThat(counter("moves.blocked", "process", "c1")).isEqualTo(0.25);
    assertThat(counter("jobs", "end", "cancelled")).isZero();
  }

  private double counter(String name, String... tags) {
    return registry.get("coordinator." + name).tags(tags).functionCounter().count();
  }
}
