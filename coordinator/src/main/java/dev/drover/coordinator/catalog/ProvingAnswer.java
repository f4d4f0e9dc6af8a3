package dev.drover.coordinator.catalog;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;

/**
 * Hands a plan on when the literals of the text itself are known to be good.
 *
 * <p>Threads: confined to the session's event loop.
 */
public record ProvingAnswer(
    StatementPlanner planner, StatementPlanner.Request request, StatementPlanner.Answer receiver)
    implements StatementPlanner.Answer {
  @Override
  public void planned(CachedPlan plan) {
    planner.prove(request, plan, receiver);
  }

  @Override
  public void refused(SqlError error) {
    receiver.refused(error);
  }

  @Override
  public void refused(ErrorFields error) {
    receiver.refused(error);
  }
}
