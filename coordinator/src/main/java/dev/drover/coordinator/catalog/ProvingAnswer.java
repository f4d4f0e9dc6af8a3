package dev.drover.coordinator.catalog;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan;
import java.util.function.Predicate;

/**
 * Hands a plan on when the literals of the text itself are known to be good, or a node will tell.
 *
 * <p>Threads: confined to the session's event loop.
 */
public record ProvingAnswer(
    StatementPlanner planner,
    StatementPlanner.Request request,
    Predicate<Plan> isNeeded,
    StatementPlanner.Answer receiver)
    implements StatementPlanner.Answer {
  @Override
  public void planned(CachedPlan plan) {
    if (isNeeded.test(plan.plan())) {
      planner.prove(request, plan, receiver);
    } else {
      receiver.planned(plan);
    }
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
