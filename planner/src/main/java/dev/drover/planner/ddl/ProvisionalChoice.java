package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
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
   * @throws SqlError the violation, if the table has rows, or no distribution fits: only the
   *     present one is tried if the user chose it
   */
  void chooseAgain(String statement, Relation table, TableShape after, SqlError violation) {
    boolean provisional = context.probe().isProvisional(table);
    DefaultDistribution.Choice choice = choice(table, after, provisional, violation);
    if (!context.probe().isEmpty(table)) {
      throw choice.replicated().isEmpty()
          ? violation.withHint(
              "ALTER TABLE %s DISTRIBUTE BY %s makes room for it."
                  .formatted(table.name(), choice.spread().clause(after.relation())))
          : violation;
    }
    new ReferencedTables(context).addSteps(steps, choice.replicated());
    if (provisional) {
      steps.notice(DefaultDistribution.notice(after.relation(), choice.spread()));
    }
    if (isReferenced(context, table)) {
      new Rebuild(context, after, choice.spread(), choice.replicated())
          .addSteps(steps, statement, provisional);
    } else {
      new TableSteps(context, steps, rules(choice))
          .recreate(statement, after.relation(), choice.spread(), provisional);
    }
  }

  private DefaultDistribution.Choice choice(
      Relation table, TableShape after, boolean provisional, SqlError violation) {
    DefaultDistribution rule = new DefaultDistribution(context);
    return provisional
        ? rule.choose(after, table.distribution().nodes(), false)
        : rule.first(after, Spread.of(table.distribution()).stream().toList())
            .orElseThrow(() -> violation);
  }

  private DistributionRules rules(DefaultDistribution.Choice choice) {
    return new DistributionRules(context.catalog(), choice.replicated());
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
