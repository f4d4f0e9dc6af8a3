package dev.drover.coordinator.change;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.fragments.GatherLimit;
import dev.drover.coordinator.fragments.RelationCopy;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the transaction's nodes give for an exchange, as a source of its relation's rows.
 *
 * <p>Threads: confined to the session's event loop.
 */
record RelationLoad(Call call, Exchange exchange, GatherLimit limit)
    implements RelationCopy.Source {
  @Override
  public Optional<Operator> begin(RelationCopy copy) {
    List<FieldDescription> columns =
        exchange.columns().stream().map(c -> FieldDescription.of(c.name(), 0, -1)).toList();
    StatementFacts facts = new StatementFacts(call.cached().facts().parameterTypes(), columns);
    CachedPlan plan = new CachedPlan(call.view(), plan(exchange.producer()), facts, Map.of());
    Call step = call.step(plan, copy, copy);
    try {
      Operator operator = call.services().operators().of(step);
      operator.start();
      return Optional.of(operator);
    } catch (SqlError e) {
      copy.failed(step, ErrorFields.of(e, Severity.ERROR));
      return Optional.empty();
    }
  }

  private static Plan plan(Fragment producer) {
    return switch (producer.site()) {
      case Fragment.Site.Nodes(var nodes, var pins) ->
          new Plan.AllNodes(producer.text(), nodes, pins, Combine.ALL_ROWS, false);
      case Fragment.Site.AnyOf(var nodes) -> new Plan.AnyNode(producer.text(), nodes, false);
      case Fragment.Site.CatalogNode() -> new Plan.Local(producer.text(), true, false);
    };
  }

  @Override
  public void notice(ErrorFields fields) {
    call.output().notice(fields);
  }

  @Override
  public void took(int bytes) {
    limit.take(bytes, exchange.relation());
  }
}
