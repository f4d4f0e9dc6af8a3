package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;

/** The refusals of the router: one wording for each construct. */
final class Unsupported {
  private Unsupported() {}

  /** {@code construct} in the plural: "joins of tables that are not co-located". */
  static SqlError error(String construct) {
    return SqlError.notSupported(construct + " are not supported yet");
  }

  static SqlError mixed(String relation) {
    return SqlError.notSupported(
            "cannot read \"" + relation + "\" together with distributed tables")
        .withDetail("Its rows are on the catalog node only.")
        .withHint("Read it in a statement of its own.");
  }
}
