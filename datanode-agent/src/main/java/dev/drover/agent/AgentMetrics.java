package dev.drover.agent;

import dev.drover.agent.recovery.RecoveryFigures;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** An agent's meters: how its server is, and what its resolver does. */
public record AgentMetrics(
    Supplier<AgentStatus> server, Supplier<RecoveryFigures> recovery, Tags tags)
    implements MeterBinder {
  private static final String PREFIX = "agent.";

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder(
            PREFIX + "server.up", server, s -> s.get().state() == AgentStatus.State.READY ? 1 : 0)
        .tags(tags)
        .description("1 while the PostgreSQL server accepts connections, else 0")
        .register(registry);
    FunctionCounter.builder(PREFIX + "server.restarts", server, s -> s.get().restarts())
        .tags(tags)
        .description("Times that the PostgreSQL server was started again after a crash")
        .register(registry);
    gauge(
            "resolver.working",
            "1 on the agent that finishes transactions",
            r -> r.isWorking() ? 1 : 0)
        .register(registry);
    gauge("in.doubt.transactions", "Prepared for more than a second", RecoveryFigures::inDoubt)
        .register(registry);
    counter("sweeps", "Searches for transactions in doubt", RecoveryFigures::sweeps)
        .register(registry);
    counter("sweeps.failed", "Searches that an error ended", RecoveryFigures::failures)
        .register(registry);
    counter("finished.transactions", "Of dead coordinators, finished", RecoveryFigures::finished)
        .register(registry);
  }

  private Gauge.Builder<Supplier<RecoveryFigures>> gauge(
      String name, String help, ToDoubleFunction<RecoveryFigures> part) {
    return Gauge.builder(PREFIX + name, recovery, r -> part.applyAsDouble(r.get()))
        .tags(tags)
        .description(help);
  }

  private FunctionCounter.Builder<Supplier<RecoveryFigures>> counter(
      String name, String help, ToDoubleFunction<RecoveryFigures> part) {
    return FunctionCounter.builder(PREFIX + name, recovery, r -> part.applyAsDouble(r.get()))
        .tags(tags)
        .description(help);
  }
}
