package dev.drover.redistribute.job;

/** Somebody has asked for the end of the job. */
public final class JobCancelled extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobCancelled() {
    super("the job was cancelled");
  }
}
