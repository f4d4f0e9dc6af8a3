package dev.drover.redistribute.job;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A job as it stands on the catalog node.
 *
 * @param kind names the {@link JobKind} that does it
 * @param arguments what the kind needs to know
 * @param statement what the client wrote
 * @param role whose job it is
 * @param claim of whoever works on it now; rises each time it is taken up
 */
public record Job(
    JobId id, String kind, List<String> arguments, String statement, String role, long claim) {
  public Job {
    requireNonNull(id);
    requireNonNull(kind);
    arguments = List.copyOf(arguments);
    requireNonNull(statement);
    requireNonNull(role);
  }

  /** Whether somebody has worked on it before. */
  public boolean isTakenUpAgain() {
    return claim > 1;
  }

  /** What is to become of an unfinished job. */
  public enum Wanted {
    RUNNING,
    PAUSED,
    CANCELLING
  }

  /** How a job ends. */
  public enum End {
    DONE,
    FAILED,
    CANCELLED
  }
}
