package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.AlterAction;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Distribution;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ALTER TABLE ... DISTRIBUTE BY, TO, ADD NODE and DELETE NODE: what the clauses add up to, and
 * whether the constraints allow it.
 */
final class RedistributionPlanner {
  private static final String TAG = "ALTER TABLE";

  private final DdlContext context;
  private final byte[] text;

  RedistributionPlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  static boolean isRedistribution(AlterAction action) {
    return action instanceof AlterAction.Distribute
        || action instanceof AlterAction.AddNodes
        || action instanceof AlterAction.DeleteNodes;
  }

  Plan plan(Definition.AlterTable alter, Relation table) {
    if (!alter.actions().stream().allMatch(RedistributionPlanner::isRedistribution)) {
      throw SqlError.notSupported("Incompatible operation with data redistribution");
    }
    Spread current =
        Spread.of(table.distribution())
            .orElseThrow(
                () ->
                    SqlError.of(
                        SqlState.WRONG_OBJECT_TYPE,
                        "\"%s\" is not a distributed table".formatted(table.name())));
    Spread wanted = current;
    for (AlterAction action : alter.actions()) {
      wanted = apply(action, table, wanted);
    }
    if (wanted.equals(current)) {
      return new Steps(context).plan(TAG);
    }
    return rebuild(alter, table, wanted);
  }

  private Plan rebuild(Definition.AlterTable alter, Relation table, Spread wanted) {
    TableShape shape = context.probe().after("", SqlQuote.qualified(table));
    Rebuild rebuild = new Rebuild(context, shape, wanted);
    rebuild
        .violation()
        .ifPresent(
            e -> {
              throw SqlError.notSupported(
                      "Cannot alter table to distribution incompatible with existing constraints")
                  .withDetail(e.detail().orElse(e.getMessage() + "."));
            });
    return alter.concurrently()
        ? rebuild.concurrently(TAG, alter.span().of(text))
        : rebuild.plan(TAG);
  }

  private Spread apply(AlterAction action, Relation table, Spread spread) {
    NodeLists lists = new NodeLists(context);
    if (action instanceof AlterAction.AddNodes add) {
      return with(spread, added(spread.nodes(), add.nodes(), lists));
    }
    if (action instanceof AlterAction.DeleteNodes delete) {
      return with(spread, removed(spread.nodes(), delete.nodes(), lists));
    }
    Distribution clause = ((AlterAction.Distribute) action).distribution();
    List<Integer> nodes =
        clause.placement().isPresent() ? lists.of(Optional.of(clause)) : spread.nodes();
    return clause.strategy().isPresent()
        ? CreateTablePlanner.explicit(table, clause, nodes)
        : with(spread, nodes);
  }

  private static List<Integer> added(List<Integer> nodes, List<Name> names, NodeLists lists) {
    List<Integer> result = new ArrayList<>(nodes);
    for (Name name : names) {
      int id = lists.datanode(name).id();
      if (result.contains(id)) {
        throw SqlError.of(
            SqlState.DUPLICATE_OBJECT,
            "PGXC Node %s: table already uses it".formatted(name.text()));
      }
      result.add(id);
    }
    return result;
  }

  private static List<Integer> removed(List<Integer> nodes, List<Name> names, NodeLists lists) {
    List<Integer> result = new ArrayList<>(nodes);
    for (Name name : names) {
      if (!result.remove(Integer.valueOf(lists.datanode(name).id()))) {
        throw SqlError.of(
            SqlState.UNDEFINED_OBJECT,
            "PGXC Node %s: table does not use it".formatted(name.text()));
      }
    }
    if (result.isEmpty()) {
      throw SqlError.of(SqlState.INVALID_TABLE_DEFINITION, "a table needs at least one node");
    }
    return result;
  }

  private static Spread with(Spread spread, List<Integer> nodes) {
    return new Spread(spread.kind(), spread.key(), nodes);
  }
}
