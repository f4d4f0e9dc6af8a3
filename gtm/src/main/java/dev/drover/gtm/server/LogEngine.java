package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmCore;
import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEffects;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmFigures;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.log.GtmLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The only GTM of a cluster, with a log of its own.
 *
 * <p>It makes the records of a whole batch durable by one flush, and only then carries out the
 * effects.
 *
 * <p>Threads: confined to the core's thread.
 */
final class LogEngine implements Engine {
  private final GtmLog gtmLog;
  private final GtmCore core;
  private final Outlet outlet;

  LogEngine(GtmTerms terms, GtmLog gtmLog, Outlet outlet) {
    this.gtmLog = gtmLog;
    this.core = GtmCore.start(terms, gtmLog.recovered(), System.nanoTime());
    this.outlet = outlet;
  }

  @Override
  public void start() throws IOException {
    take(List.of(new GtmEvent.Tick()));
  }

  @Override
  public void take(List<GtmEvent> batch) throws IOException {
    List<GtmRecord> records = new ArrayList<>();
    List<GtmEffect> effects = new ArrayList<>();
    for (GtmEvent event : batch) {
      GtmEffects step = core.step(event, System.nanoTime());
      records.addAll(step.records());
      effects.addAll(step.effects());
    }
    if (!records.isEmpty()) {
      gtmLog.append(records);
      if (gtmLog.wantsCompaction()) {
        gtmLog.compact(core.snapshot());
      }
    }
    effects.forEach(outlet::carryOut);
  }

  @Override
  public long deadline(long otherwise, long now) {
    return core.deadline(otherwise, now);
  }

  @Override
  public Optional<GtmFigures> figures() {
    return Optional.of(core.figures());
  }

  @Override
  public void close() throws IOException {
    gtmLog.close();
  }
}
