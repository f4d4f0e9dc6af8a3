package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.ddl.DdlChanges;
import dev.drover.coordinator.ddl.DdlSession;
import dev.drover.planner.context.SearchPath;
import java.util.List;
import java.util.Optional;

/**
 * What statements that change the schema need of their session.
 *
 * <p>Threads: as {@link StatementRunner}.
 */
record RunnerDdlSession(StatementRunner runner, TemporaryTables temporary) implements DdlSession {
  @Override
  public CatalogView view() {
    return runner.view();
  }

  @Override
  public CatalogView withTemporary(CatalogView view) {
    return temporary.over(view);
  }

  @Override
  public SearchPath searchPath() {
    return runner.settingsTracker().searchPath();
  }

  @Override
  public Optional<DdlChanges> changes() {
    return runner.changes();
  }

  @Override
  public void changed(DdlChanges newChanges) {
    runner.changed(newChanges);
  }

  @Override
  public void plan(
      StatementText text, List<Integer> parameterTypes, StatementPlanner.Answer answer) {
    runner.plan(text, parameterTypes.stream().mapToInt(Integer::intValue).toArray(), answer);
  }

  @Override
  public void restart(Runnable again) {
    runner.rollback(again);
  }
}
