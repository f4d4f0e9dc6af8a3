package dev.drover.redistribute.job;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on jobs that nobody works on. Every coordinator has one.
 *
 * <p>A job is claimed by an advisory lock of a session on the catalog node. If the coordinator dies
 * the session ends with it, and another runner takes the job up at its next look.
 *
 * <p>Threads: one virtual thread that looks for jobs, and one for each job.
 */
public final class JobRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final int MAX_JOBS = 8;

  private final CatalogNode catalogNode;
  private final Map<String, JobKind> kinds = new HashMap<>();
  private final Map<JobId, JobControl> running = new ConcurrentHashMap<>();
  private final JobCounts counts = new JobCounts();
  private final Map<JobId, Thread> threads = new ConcurrentHashMap<>();
  private final Thread looking;
  private volatile boolean stopping;

  private JobRunner(CatalogNode catalogNode, List<JobKind> kinds) {
    this.catalogNode = requireNonNull(catalogNode);
    kinds.forEach(kind -> this.kinds.put(kind.name(), kind));
    this.looking = Thread.ofVirtual().name("jobs").unstarted(this::look);
  }

  /** Looks for jobs from now on. */
  public static JobRunner start(CatalogNode catalogNode, List<JobKind> kinds) {
    JobRunner runner = new JobRunner(catalogNode, kinds);
    runner.looking.start();
    return runner;
  }

  /** Jobs that it works on. */
  public int running() {
    return running.size();
  }

  public JobCounts counts() {
    return counts;
  }

  /** A job has been added: looks at once. */
  public void wake() {
    LockSupport.unpark(looking);
  }

  private void look() {
    while (!stopping) {
      try (Connection connection = catalogNode.connect()) {
        while (!stopping) {
          takeUp(JobStore.unclaimed(connection));
          LockSupport.parkNanos(LOOK.toNanos());
        }
      } catch (SQLException e) {
        LOG.debug("event=jobs_not_read reason={}", Failures.message(e));
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }
  }

  private void takeUp(List<JobId> unclaimed) {
    for (JobId id : unclaimed) {
      if (threads.size() < MAX_JOBS && !threads.containsKey(id)) {
        Thread thread = Thread.ofVirtual().name("job-" + id).unstarted(() -> run(id));
        threads.put(id, thread);
        thread.start();
      }
    }
  }

  private void run(JobId id) {
    try (Connection connection = catalogNode.connect()) {
      Optional<Job> claimed = JobStore.claim(connection, id);
      if (claimed.isPresent()) {
        JobControl control = new JobControl(claimed.get(), connection, counts);
        running.put(id, control);
        if (!stopping) {
          work(control);
        }
      }
    } catch (SQLException e) {
      LOG.warn("event=job_interrupted job={} reason={}", id, Failures.message(e));
      rest();
    } finally {
      running.remove(id);
      threads.remove(id);
    }
  }

  private void work(JobControl control) throws SQLException {
    Job job = control.job();
    JobKind kind = kinds.get(job.kind());
    LOG.info("event=job_taken_up job={} kind={} claim={}", job.id(), job.kind(), job.claim());
    try {
      if (kind == null) {
        throw new JobFailed("this release knows no job of kind " + job.kind());
      }
      finish(control, Job.End.DONE, kind.run(control));
    } catch (JobLost e) {
      LOG.warn("event=job_lost job={} reason={}", job.id(), e.getMessage());
    } catch (JobCancelled e) {
      finish(control, Job.End.CANCELLED, "");
    } catch (JobFailed e) {
      finish(control, Job.End.FAILED, e.getMessage());
    } catch (SQLException e) {
      if (Failures.mayPass(e)) {
        hindered(control, Failures.message(e));
      } else {
        unexpected(control, Failures.message(e));
      }
    } catch (RuntimeException e) {
      LOG.error("event=job_failed job={}", job.id(), e);
      unexpected(control, "internal error: " + e);
    }
  }

  /** What is under way has to come to its own end: nothing of it may stay. */
  private void unexpected(JobControl control, String reason) throws SQLException {
    if (JobStore.isUnderWay(control.catalog(), control.job().id())) {
      hindered(control, reason);
    } else {
      finish(control, Job.End.FAILED, reason);
    }
  }

  private void hindered(JobControl control, String reason) throws SQLException {
    LOG.warn("event=job_hindered job={} reason={}", control.job().id(), reason);
    control.say("Will be tried again: " + reason);
    rest();
  }

  private void finish(JobControl control, Job.End end, String message) throws SQLException {
    JobStore.finish(control.catalog(), control.job(), end, message);
    counts.ended(end);
    LOG.info("event=job_finished job={} end={} message={}", control.job().id(), end, message);
  }

  private void rest() {
    if (!stopping) {
      LockSupport.parkNanos(AFTER_FAILURE.toNanos());
    }
  }

  /** Lets go of its jobs; others take them up. */
  @Override
  public void close() {
    stopping = true;
    running.values().forEach(JobControl::stop);
    LockSupport.unpark(looking);
    threads.values().forEach(Thread::interrupt);
    try {
      looking.join();
      for (Thread thread : List.copyOf(threads.values())) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
