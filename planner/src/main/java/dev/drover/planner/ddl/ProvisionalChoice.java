package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
import java.util.List;
import java.util.Optional;

/**
 * Chooses again how a table is spread, when a constraint does not fit a distribution that was
 * chosen by rule and the table is still empty: programs create tables first and add keys later.
 */
final class ProvisionalChoice {
  private final DdlContext context;
  private final Steps steps;

  ProvisionalChoice(DdlContext context, Steps steps) {
    this.context = context;
    this.steps = steps;
  }

  /**
   * @param after the table as the statement leaves it
   * @throws SqlError the violation, if the table has rows, the user chose the distribution, or no
   *     other fits
   */
  void chooseAgain(String statement, Relation table, TableShape after, SqlError violation) {
    if (!context.probe().isProvisional(table) || isReferenced(context, table)) {
      throw violation;
    }
    List<Integer> nodes = table.distribution().nodes();
    Spread choice = new DefaultDistribution(context.catalog()).choose(after, nodes, false);
    if (!context.probe().isEmpty(table)) {
      throw violation.withHint(
          "ALTER TABLE %s DISTRIBUTE BY %s makes room for it."
              .formatted(table.name(), choice.clause(after.relation())));
    }
    steps.notice(DefaultDistribution.notice(after.relation(), choice));
    new TableSteps(context, steps).recreate(statement, after.relation(), choice, true);
  }

  /** Whether another table has a foreign key to this one. */
  static boolean isReferenced(DdlContext context, Relation table) {
    return context.catalog().relations().stream()
        .filter(r -> r.oid() != table.oid())
        .flatMap(r -> r.foreignKeys().stream())
        .anyMatch(k -> k.referencedOid() == table.oid());
  }

  static Optional<String> referencedReason(DdlContext context, Relation table) {
    return isReferenced(context, table)
        ? Optional.of("A foreign key of another table references the table.")
        : Optional.empty();
  }
}
