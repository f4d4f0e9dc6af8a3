package dev.drover.coordinator;

import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the jobs that a coordinator works on, and of the moves that belong to them.
 *
 * <p>Threads: thread-safe.
 *
 * @param running how many there are now
 */
record JobMetrics(IntSupplier running, JobCounts counts, Tags tags) implements MeterBinder {
  private static final String PREFIX = "coordinator.";
  private static final double MICROS_PER_SECOND = 1e6;

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder(PREFIX + "jobs.running", running, IntSupplier::getAsInt)
        .description("Jobs that this coordinator works on")
        .tags(tags)
        .register(registry);
    for (Job.End end : Job.End.values()) {
      counter("jobs", "Jobs that have ended here", c -> c.jobs(end))
          .tags("end", end.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    String moves = "Moves of slots that are over";
    counter("moves", moves, JobCounts::movesDone).tags("end", "done").register(registry);
    counter("moves", moves, JobCounts::movesFailed).tags("end", "failed").register(registry);
    counter("moves.bytes", "Bytes that jobs have copied to other nodes", JobCounts::bytes)
        .register(registry);
    counter("moves.rows", "Rows that jobs have copied to other nodes", JobCounts::rows)
        .register(registry);
    counter(
            "moves.blocked",
            "Time for which moves have kept writers waiting",
            c -> c.blockedMicros() / MICROS_PER_SECOND)
        .baseUnit("seconds")
        .register(registry);
  }

  private FunctionCounter.Builder<JobCounts> counter(
      String name, String help, ToDoubleFunction<JobCounts> part) {
    return FunctionCounter.builder(PREFIX + name, counts, part).description(help).tags(tags);
  }
}
