package dev.drover.planner.context;

import dev.drover.pgwire.SqlError;

/** The refusals of the router: one wording for each construct. */
public final class Unsupported {
  private Unsupported() {}

  /** {@code construct} in the plural: "joins of tables that are not co-located". */
  public static SqlError error(String construct) {
    return SqlError.notSupported(construct + " are not supported yet");
  }

  public static SqlError mixed(String relation) {
    return SqlError.notSupported(
            "cannot read \"" + relation + "\" together with distributed tables")
        .withDetail("Its rows are on the catalog node only.")
        .withHint("Read it in a statement of its own.");
  }
}
