package dev.drover.redistribute.job;

/** Somebody else may work on the job now: whoever meets this leaves everything as it is. */
public final class JobLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobLost(String message) {
    super(message);
  }
}
