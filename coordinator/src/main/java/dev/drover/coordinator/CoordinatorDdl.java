package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.metadata.HiddenCalls;
import dev.drover.coordinator.statistics.StatisticsRefresher;
import dev.drover.gtm.client.GtmClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** What changes of the schema use: the GTM's publishing, the catalog's loader, node admission. */
record CoordinatorDdl(
    CatalogCache catalog,
    CatalogViews views,
    GtmClient gtm,
    Executor blocking,
    NodeAdmission nodes,
    StatisticsRefresher statistics)
    implements DdlServices {
  /**
   * A coordinator that died unnoticed is shut out within its lease; who waits longer, waits for the
   * GTM or for a server that is down.
   */
  private static final long PUBLISH_LIMIT_SECONDS = 10;

  @Override
  public CatalogView load(CatalogQueries schema, CatalogQueries metadata) {
    CatalogView view = views.load(schema, metadata, false);
    new HiddenCalls(schema).check(view.snapshot());
    return view;
  }

  @Override
  public CompletionStage<Long> publishBegin() {
    CompletableFuture<Long> ready = gtm.publishBegin();
    return ready
        .copy()
        .orTimeout(PUBLISH_LIMIT_SECONDS, TimeUnit.SECONDS)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                ready.cancel(false);
              }
            });
  }

  @Override
  public CompletionStage<Void> refreshStatistics() {
    return statistics.request();
  }

  @Override
  public void publishEnd(long version, boolean committed) {
    var _ = gtm.publishEnd(version, committed);
  }
}
