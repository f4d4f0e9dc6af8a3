package dev.drover.coordinator.catalog;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import io.netty.util.concurrent.EventExecutor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Plans under the shared view of the catalog. Making a plan takes a question to the catalog node,
 * and meanwhile a change of the schema may have come through: facts of the new schema with the
 * relations of the old one make no plan. Then it is made again.
 *
 * <p>Threads: confined to one event loop.
 */
public final class CurrentPlanner {
  private final CatalogCache catalog;
  private final StatementPlanner planner;
  private final EventExecutor loop;

  public CurrentPlanner(CatalogCache catalog, StatementPlanner planner, EventExecutor loop) {
    this.catalog = requireNonNull(catalog);
    this.planner = requireNonNull(planner);
    this.loop = requireNonNull(loop);
  }

  /** At once when the plan is known; {@code extend} adds the session's own relations to a view. */
  public void plan(
      StatementPlanner.Request request,
      UnaryOperator<CatalogView> extend,
      StatementPlanner.Answer answer) {
    if (catalog.isCurrent()) {
      plan(request, extend, catalog.view(), answer);
      return;
    }
    catalog.whenCurrent(loop, view -> plan(request, extend, view, answer), answer::refused);
  }

  private void plan(
      StatementPlanner.Request request,
      UnaryOperator<CatalogView> extend,
      CatalogView view,
      StatementPlanner.Answer answer) {
    CatalogView extended = extend.apply(view);
    Optional<CachedPlan> known = planner.known(request, extended);
    if (known.isPresent()) {
      answer.planned(known.get());
      return;
    }
    planner.plan(
        request,
        extended,
        new StatementPlanner.Answer() {
          @Override
          public void planned(CachedPlan plan) {
            if (catalog.isCurrent(view)) {
              answer.planned(plan);
            } else {
              CurrentPlanner.this.plan(request, extend, answer);
            }
          }

          @Override
          public void refused(SqlError error) {
            if (catalog.isCurrent(view)) {
              answer.refused(error);
            } else {
              CurrentPlanner.this.plan(request, extend, answer);
            }
          }

          @Override
          public void refused(ErrorFields error) {
            answer.refused(error);
          }
        });
  }
}
