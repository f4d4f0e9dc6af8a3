package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.AlterAction;
import dev.drover.planner.sql.Definition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** ALTER TABLE, and what ALTER INDEX, VIEW and SEQUENCE share with it. */
final class AlterTablePlanner {
  private final DdlContext context;
  private final byte[] text;

  AlterTablePlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Definition.AlterTable alter) {
    String statement = alter.span().of(text);
    String tag = "ALTER " + alter.objectType();
    alter.actions().forEach(AlterTablePlanner::refuseReserved);
    ReservedNames.requireUsable(alter.table().name());
    Optional<Relation> found = context.find(alter.table().name());
    if (found.isEmpty()) {
      return new Steps(context).catalog(statement).plan(tag);
    }
    Relation relation = found.get();
    if (context.isTemporary(relation)) {
      return new Plan.Local(SqlText.cut(statement, alter.span().start()), true, false);
    }
    SystemCatalogs.refuse(relation, "ALTER " + alter.objectType());
    if (alter.actions().stream().anyMatch(RedistributionPlanner::isRedistribution)) {
      return new RedistributionPlanner(context, text).plan(alter, relation);
    }
    return switch (relation.kind()) {
      case TABLE -> table(alter, relation, tag);
      case SEQUENCE -> new Steps(context).catalog(statement).plan(tag);
      case INDEX -> index(alter, relation, tag);
      case VIEW -> everywhere(statement).plan(tag);
      case COMPOSITE_TYPE -> new Steps(context).everywhereWithoutTrash(statement).plan(tag);
      case MATERIALIZED_VIEW, FOREIGN_TABLE ->
          throw SqlError.notSupported(tag + " is not supported");
    };
  }

  private Steps everywhere(String statement) {
    return new Steps(context).catalog(statement).datanodes(statement);
  }

  private Plan index(Definition.AlterTable alter, Relation index, String tag) {
    String statement = alter.span().of(text);
    List<AlterAction> actions = alter.actions();
    if (!actions.isEmpty() && actions.stream().allMatch(AlterAction.SetOptions.class::isInstance)) {
      return new Steps(context)
          .catalog(statement)
          .datanodes(indexOptions(actions, index))
          .plan(tag);
    }
    Steps steps = everywhere(statement);
    for (AlterAction action : actions) {
      if (action instanceof AlterAction.RenameTo rename) {
        String renamed = SqlQuote.qualified(index.schema(), rename.newName().text());
        steps.datanodes(
            "SELECT drover.align_index(%s::regclass)".formatted(SqlQuote.literal(renamed)));
      }
    }
    return steps.plan(tag);
  }

  /** The index of a partitioned table has none itself. */
  private String indexOptions(List<AlterAction> actions, Relation index) {
    String changes =
        actions.stream().map(action -> action.span().of(text)).collect(Collectors.joining(", "));
    return "SELECT drover.alter_index(%s, %s)"
        .formatted(SqlQuote.regclass(index), SqlQuote.literal(changes));
  }

  private Plan table(Definition.AlterTable alter, Relation table, String tag) {
    Optional<Spread> spread = Spread.of(table.distribution());
    if (spread.isEmpty()) {
      return everywhere(alter.span().of(text)).plan(tag);
    }
    if (alter.concurrently()) {
      refuseKeyChanges(alter.actions(), table);
      return new Reshape(context, text).plan(alter, table, spread.get(), tag);
    }
    String statement = alter.span().of(text);
    TableShape after = shapeAfter(alter, table, statement);
    Steps steps = new Steps(context).requireIdle(table);
    Optional<SqlError> violation =
        new DistributionRules(context.catalog()).violation(after, spread.get());
    if (violation.isPresent()) {
      new ProvisionalChoice(context, steps).chooseAgain(statement, table, after, violation.get());
      return steps.plan(tag);
    }
    steps.catalog(statement);
    new AlterOnNodes(context, text, steps).addSteps(alter, after, spread.get());
    Relation renamed = renamed(alter.actions(), after.relation());
    new TableSteps(context, steps).align(renamed, spread.get());
    if (spread.get().keyed() && changesOwner(alter.actions())) {
      steps.datanodes("SELECT drover.align_grants(%s)".formatted(SqlQuote.regclass(renamed)));
    }
    return steps.plan(tag);
  }

  private TableShape shapeAfter(Definition.AlterTable alter, Relation table, String statement) {
    refuseKeyChanges(alter.actions(), table);
    boolean asks = alter.actions().stream().anyMatch(AlterTablePlanner::changesConstraints);
    boolean moves = alter.actions().stream().anyMatch(AlterTablePlanner::movesTable);
    return asks && !moves
        ? context.probe().after(statement, SqlQuote.qualified(table))
        : context.probe().after("", SqlQuote.qualified(table));
  }

  private static boolean changesConstraints(AlterAction action) {
    return action instanceof AlterAction.AddColumn
        || action instanceof AlterAction.AddConstraint
        || action instanceof AlterAction.AlterColumnType;
  }

  private static boolean movesTable(AlterAction action) {
    return action instanceof AlterAction.RenameTo || action instanceof AlterAction.SetSchema;
  }

  private static boolean changesOwner(List<AlterAction> actions) {
    return actions.stream().anyMatch(AlterAction.SetOwner.class::isInstance);
  }

  private static void refuseKeyChanges(List<AlterAction> actions, Relation table) {
    for (AlterAction action : actions) {
      if (action instanceof AlterAction.DropColumn drop && isKey(table, drop.column().text())) {
        throw SqlError.of(
            SqlState.INVALID_TABLE_DEFINITION, "Distribution column cannot be dropped");
      }
      if (action instanceof AlterAction.AlterColumnType type
          && isKey(table, type.column().text())) {
        throw SqlError.of(
            SqlState.INVALID_TABLE_DEFINITION,
            "cannot alter type of column named in distributed key");
      }
    }
  }

  private static boolean isKey(Relation table, String column) {
    return table
        .column(column)
        .map(
            c ->
                Spread.of(table.distribution())
                    .map(s -> s.key().contains(c.number()))
                    .orElse(false))
        .orElse(false);
  }

  /** The table under the name that the actions give it. */
  private static Relation renamed(List<AlterAction> actions, Relation table) {
    String schema = table.schema();
    String name = table.name();
    for (AlterAction action : actions) {
      if (action instanceof AlterAction.RenameTo rename) {
        name = rename.newName().text();
      } else if (action instanceof AlterAction.SetSchema set) {
        schema = set.schema().text();
      }
    }
    return withName(table, schema, name);
  }

  private static Relation withName(Relation table, String schema, String name) {
    return new Relation(
        table.oid(),
        schema,
        name,
        table.kind(),
        table.distribution(),
        table.columns(),
        table.uniqueKeys(),
        table.foreignKeys(),
        table.viewDefinition(),
        table.leafAccess());
  }

  private static void refuseReserved(AlterAction action) {
    if (action instanceof AlterAction.SetSchema set) {
      ReservedNames.requireUsableSchema(set.schema().text());
    }
  }
}
