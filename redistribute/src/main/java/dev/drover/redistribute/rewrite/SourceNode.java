package dev.drover.redistribute.rewrite;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.move.Link;
import dev.drover.redistribute.move.Locking;
import dev.drover.redistribute.move.ReplicationSlot;
import dev.drover.redistribute.move.SourceSide;
import java.sql.SQLException;

/**
 * What a rewrite makes on a node that the rows come from: a publication, a replication slot, and
 * old rows told whole.
 *
 * <p>Threads: confined to one thread at a time.
 */
final class SourceNode {
  private final Rewrite rewrite;
  private final Link link;

  SourceNode(Rewrite rewrite, Link link) {
    this.rewrite = rewrite;
    this.link = link;
  }

  /** A TRUNCATE is not published but refused. */
  void publish(RewrittenTable.Source source, JobControl control) throws SQLException {
    link.run(
        "CREATE PUBLICATION %s WITH (%s)"
            .formatted(rewrite.objectName(), SourceSide.ofWholeRows(link)));
    Locking locking = Locking.toBegin(link, control, source.node());
    for (String relation : source.relations()) {
      String sql =
          """
          ALTER TABLE %1$s REPLICA IDENTITY FULL; \
          CREATE OR REPLACE TRIGGER drover_moving BEFORE TRUNCATE ON %1$s \
          EXECUTE FUNCTION drover.refuse_truncate(job, %2$s); \
          ALTER PUBLICATION %3$s ADD TABLE ONLY %1$s\
          """
              .formatted(relation, rewrite.job(), rewrite.objectName());
      locking.run(relation, Locking.Mode.USING, () -> link.run(sql));
    }
  }

  ReplicationSlot slot() {
    return new ReplicationSlot(rewrite.objectName(), link);
  }

  /** Ends work of a former claim, so that it cannot meddle. */
  static void endOthers(Link link, Rewrite rewrite) throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
        WHERE application_name = '%s' AND pid <> pg_backend_pid()\
        """
            .formatted(rewrite.application()));
  }

  /** Takes away what was made, except for what tables have got. */
  static void clear(Link link, String objectName) throws SQLException {
    new ReplicationSlot(objectName, link).drop();
    link.run("DROP PUBLICATION IF EXISTS " + objectName);
  }

  /** The old table stays: as it was before. */
  void restore(RewrittenTable table, RewrittenTable.Source source, JobControl control)
      throws SQLException {
    Locking locking = Locking.toUndo(link, control, source.node());
    for (String relation : source.relations()) {
      if (SourceSide.isHeld(link, relation)) {
        String sql =
            "SELECT drover.restore_identity(%s::regclass, %s, %s::json->'spec')"
                .formatted(
                    SqlQuote.literal(relation),
                    source.areLeaves() ? "'" + table.distribution() + "'" : "NULL",
                    SqlQuote.literal(table.definition()));
        locking.run(relation, Locking.Mode.USING, () -> link.run(sql));
      }
    }
  }
}
