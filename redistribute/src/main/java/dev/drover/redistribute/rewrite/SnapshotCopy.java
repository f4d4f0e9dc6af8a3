package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.apply.Filling;
import dev.drover.redistribute.apply.ReroutedCopy;
import dev.drover.redistribute.apply.RowRoute;
import dev.drover.redistribute.copy.TableStream.Sent;
import dev.drover.redistribute.decode.ExactTexts;
import dev.drover.redistribute.move.Link;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the rows of a snapshot to the new table, by way of a stage where that has other columns.
 *
 * <p>Users' expressions are never evaluated with more rights than their owner has.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class SnapshotCopy {
  private final RewrittenTable table;
  private final List<String> columns;
  private final ReroutedCopy copy;
  private final Map<Integer, Link> targets = new HashMap<>();

  SnapshotCopy(List<String> columns, RewrittenTable table, RowRoute route) {
    this.columns = List.copyOf(columns);
    this.table = requireNonNull(table);
    this.copy = new ReroutedCopy(columns, route);
  }

  /** Names one of the nodes that the route knows. */
  void into(int node, Link target) throws SQLException {
    ExactTexts.set(target.connection());
    if (table.filling().isPresent()) {
      target.run(table.filling().get().open(columns, table.owner()));
    } else {
      target.run(asOwner());
    }
    targets.put(node, target);
  }

  /** All rows of a table or leaf; returns how many there were. */
  long run(Link source, String relation, Sent sent) throws SQLException {
    Map<Integer, Connection> connections = new HashMap<>();
    targets.forEach((node, target) -> connections.put(node, target.connection()));
    if (table.filling().isEmpty()) {
      return copy.run(source.connection(), relation, connections, table.filled(), sent);
    }
    for (Link target : targets.values()) {
      target.connection().setAutoCommit(false);
    }
    long rows = copy.run(source.connection(), relation, connections, Filling.STAGE, sent);
    for (Link target : targets.values()) {
      target.run("SET LOCAL ROLE " + table.owner());
      target.run(table.filling().get().fill(table.filled()));
      target.connection().commit();
      target.connection().setAutoCommit(true);
    }
    return rows;
  }

  private String asOwner() {
    return "SET ROLE " + table.owner();
  }
}
