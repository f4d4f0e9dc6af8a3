package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Definition;
import java.util.Optional;

/** CREATE INDEX. */
final class IndexPlanner {
  private static final String TAG = "CREATE INDEX";

  private final DdlContext context;
  private final byte[] text;

  IndexPlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Definition.CreateIndex create) {
    String statement = create.span().of(text);
    Optional<Relation> found = context.find(create.table().name());
    if (found.isEmpty()) {
      return new Steps(context).catalog(statement).plan(TAG);
    }
    Relation table = found.get();
    if (context.isTemporary(table)) {
      return new Plan.Local(SqlText.cut(statement, create.span().start()), true, false);
    }
    SystemCatalogs.refuse(table, TAG);
    if (create.concurrently()) {
      throw SqlError.notSupported("CREATE INDEX CONCURRENTLY is not supported yet");
    }
    Optional<Spread> spread = Spread.of(table.distribution());
    if (spread.isEmpty()) {
      return new Steps(context).catalog(statement).datanodes(statement).plan(TAG);
    }
    return distributed(create, table, spread.get());
  }

  private Plan distributed(Definition.CreateIndex create, Relation table, Spread spread) {
    String statement = create.span().of(text);
    TableShape after =
        context.probe().after(create.unique() ? statement : "", SqlQuote.qualified(table));
    Steps steps = new Steps(context).requireIdle(table);
    Optional<SqlError> violation =
        new DistributionRules(context.catalog()).violation(after, spread);
    if (violation.isPresent()) {
      new ProvisionalChoice(context, steps).chooseAgain(statement, table, after, violation.get());
      return steps.plan(TAG);
    }
    steps.catalog(statement).datanodes(onNodes(create));
    new TableSteps(context, steps).align(after.relation(), spread);
    return steps.plan(TAG);
  }

  /** Without ONLY, which would leave the index of a partitioned table invalid. */
  private String onNodes(Definition.CreateIndex create) {
    Splice splice = Splice.of(text, create.span());
    if (create.table().only()) {
      splice.replace(create.table().relation(), create.table().name().span().of(text));
    }
    return splice.toString();
  }
}
