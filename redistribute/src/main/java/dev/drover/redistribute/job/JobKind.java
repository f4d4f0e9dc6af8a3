package dev.drover.redistribute.job;

import java.sql.SQLException;

/**
 * One sort of job: what it does, from wherever its records say that it stands.
 *
 * <p>A kind keeps in tables of the catalog node how far it has come, written through {@link
 * JobControl#catalog} before an effect is begun, so that each effect can be repeated.
 */
public interface JobKind {
  /** The job's {@code kind} on the catalog node. */
  String name();

  /**
   * Works until the job is done and returns what there is to say; on a virtual thread. Calls {@link
   * JobControl#proceed} often, and undoes what must not stay when that says that the job is
   * cancelled. Run again after a crash, or after a failure that may pass.
   *
   * @throws JobFailed if it cannot be done; nothing of it is left behind
   * @throws JobCancelled if it was cancelled; nothing of it is left behind
   * @throws SQLException if a server fails, which is tried again if that can help
   */
  String run(JobControl control) throws SQLException;
}
