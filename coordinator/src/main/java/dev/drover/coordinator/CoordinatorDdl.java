package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.gtm.client.GtmClient;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What changes of the schema use: the GTM's publishing, the catalog's loader, node admission. */
record CoordinatorDdl(CatalogCache catalog, GtmClient gtm, Executor blocking, NodeAdmission nodes)
    implements DdlServices {

  @Override
  public CatalogView load(CatalogQueries schema, CatalogQueries metadata) {
    return CatalogViews.load(schema, metadata, false);
  }

  @Override
  public CompletionStage<Long> publishBegin() {
    return gtm.publishBegin();
  }

  @Override
  public void publishEnd(long version, boolean committed) {
    var _ = gtm.publishEnd(version, committed);
  }
}
