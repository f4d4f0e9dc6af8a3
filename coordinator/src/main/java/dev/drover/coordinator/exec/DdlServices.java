package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.metadata.CatalogQueries;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * What changes of the schema share in a coordinator.
 *
 * <p>Threads: thread-safe.
 */
public interface DdlServices {
  /** For plain sequential code that waits for servers. */
  Executor blocking();

  CatalogCache catalog();

  /** A transaction's private view, read through its own connections; blocking. */
  CatalogView load(CatalogQueries schema, CatalogQueries metadata);

  /**
   * Announces a change to every coordinator; complete when no statement can be sent any more under
   * the old catalog. The value goes to {@link #publishEnd}.
   */
  CompletionStage<Long> publishBegin();

  void publishEnd(long version, boolean committed);

  NodeAdmission nodes();

  /** Collects sizes of tables anew; complete when it has been tried. */
  CompletionStage<Void> refreshStatistics();

  /** Checks and equips servers that become datanodes. */
  interface NodeAdmission {
    /** Blocking; raises an error that names each requirement that is not met. */
    void prepare(int id, String name, String host, int port);
  }
}
