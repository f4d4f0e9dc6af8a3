package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Persistence;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.Statement;
import java.util.List;

/**
 * Plans every statement that changes the schema, the roles or the cluster.
 *
 * <p>The catalog node runs the user's text first, so errors carry PostgreSQL's words and positions.
 * Distributed tables are then described by the catalog node for the datanodes; other objects are
 * made there by the same text. All steps belong to one transaction.
 *
 * <p>Call it within that transaction, under the cluster's DDL lock, with a snapshot read after the
 * lock was taken.
 *
 * <p>Threads: stateless.
 */
public final class DdlPlanner {
  private DdlPlanner() {}

  /** Whether {@link #plan} is the one to plan a statement. */
  public static boolean plans(Statement statement) {
    return statement instanceof Definition
        || statement instanceof Statement.Utility
        || statement instanceof Statement.SelectInto
        || statement instanceof ClusterCommand
        || statement instanceof Statement.Opaque;
  }

  /** Whether a statement makes a table that only its session has. */
  public static boolean makesTemporary(Statement statement) {
    return CreateTablePlanner.isTemporary(statement);
  }

  /**
   * A {@link Plan.Utility}; {@link Plan.Local} for what belongs to one session's temporary objects;
   * {@link Plan.Broadcast} for maintenance.
   *
   * @param text the bytes that were parsed
   * @throws SqlError for what is wrong or not supported; nothing has changed then
   */
  public static Plan plan(ParsedStatement parsed, byte[] text, DdlContext context) {
    return switch (parsed.statement()) {
      case Definition definition -> plan(definition, text, context);
      case Statement.SelectInto into -> new CreateTablePlanner(context, text).plan(into);
      case Statement.Utility utility -> new UtilityPlanner(context, text).plan(utility);
      case Statement.Opaque opaque -> new UtilityPlanner(context, text).plan(opaque);
      case ClusterCommand command -> new NodeCommands(context).plan(command);
      default ->
          throw new IllegalArgumentException(
              parsed.statement().getClass().getSimpleName() + " is not DDL");
    };
  }

  private static Plan plan(Definition definition, byte[] text, DdlContext context) {
    return switch (definition) {
      case Definition.CreateTable create -> new CreateTablePlanner(context, text).plan(create);
      case Definition.CreateTableAs create -> new CreateTablePlanner(context, text).plan(create);
      case Definition.AlterTable alter -> new AlterTablePlanner(context, text).plan(alter);
      case Definition.CreateIndex create -> new IndexPlanner(context, text).plan(create);
      case Definition.CreateView view -> view(view, text, context);
      case Definition.CreateSequence sequence ->
          onCatalog(
              sequence.name(),
              sequence.persistence() == Persistence.TEMPORARY,
              sequence.span().of(text),
              context,
              "CREATE SEQUENCE");
      case Definition.AlterSequence sequence ->
          onCatalog(sequence.name(), false, sequence.span().of(text), context, "ALTER SEQUENCE");
      case Definition.Drop drop -> new DropPlanner(context, text).plan(drop);
      case Definition.RenameOther rename -> rename(rename, text, context);
      case Definition.Truncate truncate -> new TruncatePlanner(context, text).plan(truncate);
      case Definition.LockTable lock -> new TruncatePlanner(context, text).plan(lock);
    };
  }

  /** Sequences live on the catalog node. */
  private static Plan onCatalog(
      QualifiedName name, boolean temporary, String statement, DdlContext context, String tag) {
    ReservedNames.requireUsable(name);
    boolean ofSession =
        temporary || context.find(name).map(r -> context.isTemporary(r)).orElse(false);
    return ofSession
        ? new Plan.Local(SqlText.cut(statement, 0), true, false)
        : new Steps(context).catalog(statement).plan(tag);
  }

  private static Plan view(Definition.CreateView view, byte[] text, DdlContext context) {
    String statement = view.span().of(text);
    if (view.materialized()) {
      throw SqlError.notSupported("CREATE MATERIALIZED VIEW is not supported yet");
    }
    ReservedNames.requireUsable(view.name());
    if (view.persistence() == Persistence.TEMPORARY) {
      if (!CreateTablePlanner.isLocal(view.query(), context)) {
        throw SqlError.notSupported(
            "temporary views over distributed tables are not supported yet");
      }
      return new Plan.Local(SqlText.cut(statement, view.span().start()), true, false);
    }
    return new Steps(context).catalog(statement).datanodes(statement).plan("CREATE VIEW");
  }

  private static Plan rename(Definition.RenameOther rename, byte[] text, DdlContext context) {
    String statement = rename.span().of(text);
    String tag = "ALTER " + rename.objectType();
    if (List.of("TRIGGER", "RULE", "POLICY", "DATABASE", "TABLESPACE", "EVENT TRIGGER")
        .contains(rename.objectType())) {
      throw SqlError.notSupported(tag + " is not supported yet");
    }
    ReservedNames.requireUsable(rename.name());
    ReservedNames.requireUsableSchema(rename.name().local());
    ReservedNames.requireUsableSchema(rename.newName().text());
    return context.find(rename.name()).map(Relation::kind).stream()
            .anyMatch(Relation.Kind.SEQUENCE::equals)
        ? new Steps(context).catalog(statement).plan(tag)
        : new Steps(context).catalog(statement).datanodes(statement).plan(tag);
  }
}
