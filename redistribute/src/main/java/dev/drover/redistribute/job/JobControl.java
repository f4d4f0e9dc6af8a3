package dev.drover.redistribute.job;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A claim on a job: the connection that holds its lock, and what is wanted of the job.
 *
 * <p>Invariant: who writes through {@link #catalog} still has the job, because the lock goes with
 * the connection. Other connections' transactions check the {@link Job#claim}.
 *
 * <p>Threads: thread-safe; calls block.
 */
public final class JobControl {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Job job;
  private final Connection catalog;
  private final JobCounts counts;
  private volatile boolean stopping;
  private volatile long bytesPerSecond;
  private volatile int movesPerNode = 1;

  JobControl(Job job, Connection catalog, JobCounts counts) {
    this.job = job;
    this.catalog = catalog;
    this.counts = counts;
  }

  public Job job() {
    return job;
  }

  /** Where what is done is counted. */
  public JobCounts counts() {
    return counts;
  }

  /** In autocommit mode: single statements, so that several threads can share it. */
  public Connection catalog() {
    return catalog;
  }

  /** How fast the job may copy, as of the last {@link #proceed}; 0 for no limit. */
  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** How many moves of the job may have the same source or target, as of the last look. */
  public int movesPerNode() {
    return movesPerNode;
  }

  /**
   * Returns when the work may go on, after a pause perhaps.
   *
   * @throws JobCancelled if the job is to end
   * @throws JobLost if the claim is lost, or this coordinator stops
   */
  public void proceed() throws SQLException {
    while (wanted() != Job.Wanted.RUNNING) {
      if (wanted() == Job.Wanted.CANCELLING) {
        throw new JobCancelled();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Whether it is to go on: neither paused nor cancelled. */
  public boolean isWanted() throws SQLException {
    return wanted() == Job.Wanted.RUNNING;
  }

  /** Whether somebody has asked for the end of the job. */
  public boolean isCancelled() throws SQLException {
    return wanted() == Job.Wanted.CANCELLING;
  }

  /** As {@link #proceed}, for work that is being undone: neither pause nor cancel ends that. */
  public void keep() throws SQLException {
    Job.Wanted _ = wanted();
  }

  private Job.Wanted wanted() throws SQLException {
    if (stopping) {
      throw new JobLost("the coordinator stops");
    }
    Optional<JobStore.Wish> wish = JobStore.wish(catalog, job);
    JobStore.Wish now = wish.orElseThrow(() -> new JobLost("somebody else has taken the job up"));
    bytesPerSecond = now.bytesPerSecond();
    movesPerNode = now.movesPerNode();
    return now.wanted();
  }

  /** Shows what the job is at. */
  public void say(String message) throws SQLException {
    JobStore.message(catalog, job, message);
  }

  /** The next {@link #proceed} ends the work; another coordinator takes it up. */
  void stop() {
    stopping = true;
  }
}
