package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.planner.context.SearchPath;
import java.util.List;
import java.util.Optional;

/**
 * What a statement that changes the schema needs of its session.
 *
 * <p>Threads: called on the session's event loop.
 */
public interface DdlSession {
  CatalogView view();

  /** A view with what the session alone has. */
  CatalogView withTemporary(CatalogView view);

  SearchPath searchPath();

  /** What the transaction has changed so far. */
  Optional<DdlChanges> changes();

  void changed(DdlChanges changes);

  /**
   * Plans a statement of Drover's own within the transaction.
   *
   * @param parameterTypes of the client's parameters, which it may mention
   */
  void plan(StatementText text, List<Integer> parameterTypes, StatementPlanner.Answer answer);

  /** Rolls the transaction back, so that the statement can be tried again from the start. */
  void restart(Runnable again);
}
