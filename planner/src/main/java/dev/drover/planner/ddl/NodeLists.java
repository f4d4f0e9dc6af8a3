package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.sql.Distribution;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Resolves {@code TO NODE (...)} and {@code TO GROUP g} to ids of datanodes. */
final class NodeLists {
  private final DdlContext context;

  NodeLists(DdlContext context) {
    this.context = context;
  }

  /** Every datanode that takes tables, if the clause names none. */
  List<Integer> of(Optional<Distribution> clause) {
    Optional<Distribution.Placement> placement = clause.flatMap(Distribution::placement);
    List<Integer> nodes =
        placement.isEmpty()
            ? context.catalog().nodesForTables()
            : switch (placement.get()) {
              case Distribution.Nodes named -> ids(named.names());
              case Distribution.Group group -> group(group.name());
            };
    if (nodes.isEmpty()) {
      throw SqlError.of(
              SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "the cluster has no datanode yet")
          .withHint("Add one by CREATE NODE.");
    }
    return nodes;
  }

  /** Ascending. */
  List<Integer> ids(List<Name> names) {
    List<Integer> ids = new ArrayList<>();
    for (Name name : names) {
      int id = datanode(name).id();
      if (ids.contains(id)) {
        throw SqlError.of(
            SqlState.DUPLICATE_OBJECT,
            "node \"%s\" is listed more than once".formatted(name.text()));
      }
      ids.add(id);
    }
    return ids.stream().sorted().toList();
  }

  Node datanode(Name name) {
    return context
        .catalog()
        .node(name.text())
        .filter(n -> n.id() != Node.CATALOG_ID)
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.UNDEFINED_OBJECT,
                    "PGXC Node %s: object not defined".formatted(name.text())));
  }

  private List<Integer> group(Name name) {
    return context
        .catalog()
        .group(name.text())
        .map(ids -> ids.stream().sorted().toList())
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.UNDEFINED_OBJECT,
                    "PGXC Group %s: group not defined".formatted(name.text())));
  }
}
