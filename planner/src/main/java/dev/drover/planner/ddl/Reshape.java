package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.SqlQuote.literal;
import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.AlterAction;
import dev.drover.planner.sql.Constraint;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.TableElement;
import java.util.ArrayList;
import java.util.List;

/**
 * ALTER TABLE ... CONCURRENTLY of columns and storage: a table of the new shape is filled beside
 * the old one, spread as before.
 */
final class Reshape {
  private static final String HINT = "Leave CONCURRENTLY out.";

  private final DdlContext context;
  private final byte[] text;

  Reshape(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  /**
   * @param actions of ALTER TABLE, as they were written
   * @param adds those of them that add columns
   * @param converted columns that get another type, as {@code drover.reshape} has them, in JSON
   */
  record Change(String actions, List<String> adds, String converted) {
    Change {
      adds = List.copyOf(adds);
    }
  }

  Plan plan(Definition.AlterTable alter, Relation table, Spread spread, String tag) {
    alter.actions().forEach(Reshape::refuseUnsupported);
    String actions = alter.actions().stream().map(this::text).collect(joining(", "));
    List<String> adds =
        alter.actions().stream()
            .filter(AlterAction.AddColumn.class::isInstance)
            .map(this::text)
            .toList();
    TableShape after =
        context
            .probe()
            .after(
                "ALTER TABLE %s %s".formatted(SqlQuote.qualified(table), actions),
                SqlQuote.qualified(table));
    DistributionRules rules = new DistributionRules(context.catalog());
    rules
        .violation(after, spread)
        .ifPresent(
            e -> {
              throw e;
            });
    TableShape now = context.probe().after("", SqlQuote.qualified(table));
    return new Rewrite(context, now, spread, rules)
        .plan(tag, alter.span().of(text), new Change(actions, adds, converted(alter)));
  }

  private String text(Node node) {
    return node.span().of(text);
  }

  private static void refuseUnsupported(AlterAction action) {
    boolean isPossible =
        switch (action) {
          case AlterAction.AddColumn(_, _, TableElement.Column column) -> isPossible(column);
          case AlterAction.AlterColumnType _,
              AlterAction.SetOptions _,
              AlterAction.ColumnOption _ ->
              true;
          default -> false;
        };
    if (!isPossible) {
      throw SqlError.notSupported(
              "ALTER TABLE ... CONCURRENTLY changes distributions, column types, storage, and adds"
                  + " columns without sequences and foreign keys")
          .withHint(HINT);
    }
  }

  private static boolean isPossible(TableElement.Column column) {
    return !SequenceDefaults.needsSequence(column)
        && column.constraints().stream().noneMatch(c -> c.rule() instanceof Constraint.ForeignKey);
  }

  private String converted(Definition.AlterTable alter) {
    List<String> columns = new ArrayList<>();
    for (AlterAction action : alter.actions()) {
      if (action instanceof AlterAction.AlterColumnType type) {
        String name = type.column().text();
        String value = type.using().map(this::text).orElseGet(() -> SqlQuote.ident(name));
        columns.add(
            "pg_catalog.json_build_object('column', %s, 'value', %s, 'type', %s, 'plain', %b)"
                .formatted(
                    literal(name),
                    literal(value),
                    literal(text(type.type())),
                    type.using().isEmpty()));
      }
    }
    return "pg_catalog.json_build_array(%s)".formatted(String.join(", ", columns));
  }
}
