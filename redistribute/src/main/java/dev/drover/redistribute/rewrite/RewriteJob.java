package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobKind;
import java.sql.SQLException;

/** ALTER TABLE ... CONCURRENTLY: the table is filled anew while it is used. */
public record RewriteJob(Servers servers, ClusterChange cluster) implements JobKind {
  public RewriteJob {
    requireNonNull(servers);
    requireNonNull(cluster);
  }

  @Override
  public String name() {
    return "alter_table";
  }

  @Override
  public String run(JobControl control) throws SQLException {
    RewriteStore.Stored stored = RewriteStore.read(control.catalog(), control.job().id());
    return new Rewriter(servers, cluster, control, stored.rewrite()).run(stored.state());
  }
}
