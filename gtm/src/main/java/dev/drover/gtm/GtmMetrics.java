package dev.drover.gtm;

import dev.drover.gtm.core.GtmFigures;
import dev.drover.gtm.server.GtmServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;

/** A GTM's meters: zero while it stands by. */
record GtmMetrics(GtmServer server, Tags tags) implements MeterBinder {
  private static final String PREFIX = "gtm.";

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder(PREFIX + "active", server, s -> s.figures().isPresent() ? 1 : 0)
        .tags(tags)
        .description("1 on the active GTM, 0 on one that stands by")
        .register(registry);
    gauge(registry, "leases", "Coordinators with a lease", GtmFigures::coordinators);
    gauge(
        registry,
        "epochs.unfenced",
        "Ended epochs of coordinators that agents have not finished yet",
        GtmFigures::unfencedEpochs);
    gauge(
        registry,
        "transactions.granted",
        "Transactions that all coordinators together may run at once",
        GtmFigures::grantedTransactions);
    counter("epochs.granted", "Epochs given to coordinators, in all", GtmFigures::lastEpoch)
        .register(registry);
    counter("gxids.leased", "Ids of transactions leased, in all", GtmFigures::nextGxid)
        .register(registry);
    counter("deadlock.victims", "Transactions ended for a deadlock", GtmFigures::victims)
        .register(registry);
    String windows = "Snapshot windows, by whether somebody was served";
    counter("snapshot.windows", windows, GtmFigures::windowsServed)
        .tags("result", "served")
        .register(registry);
    counter("snapshot.windows", windows, GtmFigures::windowsGivenUp)
        .tags("result", "given_up")
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry, String name, String help, ToLongFunction<GtmFigures> part) {
    Gauge.builder(PREFIX + name, server, s -> read(s, part))
        .tags(tags)
        .description(help)
        .register(registry);
  }

  private FunctionCounter.Builder<GtmServer> counter(
      String name, String help, ToLongFunction<GtmFigures> part) {
    return FunctionCounter.builder(PREFIX + name, server, s -> read(s, part))
        .tags(tags)
        .description(help);
  }

  private static double read(GtmServer server, ToLongFunction<GtmFigures> part) {
    return server.figures().map(part::applyAsLong).orElse(0L);
  }
}
