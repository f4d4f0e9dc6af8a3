package dev.drover.redistribute.job;

/** A job cannot be done; the message is for whoever asked for it. */
public final class JobFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobFailed(String message) {
    super(message);
  }
}
