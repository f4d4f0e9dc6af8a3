package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.job.JobControl;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who is in a job's way: named in the job for as long as that lasts.
 *
 * <p>Threads: confined to one thread at a time.
 */
final class Holdup {
  private static final Logger LOG = LoggerFactory.getLogger(Holdup.class);
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final JobControl control;
  private final String what;
  private final int node;
  private String said = "";

  /** {@code what} is what the job is kept from. */
  Holdup(JobControl control, String what, int node) {
    this.control = requireNonNull(control);
    this.what = requireNonNull(what);
    this.node = node;
  }

  /** Until somebody else is, or nobody. */
  void by(String who) throws SQLException {
    if (!message(who).equals(said)) {
      said = message(who);
      LOG.info("event=job_waits job={} reason={}", control.job().id(), said);
      control.say(said);
    }
  }

  void over() throws SQLException {
    if (!said.isEmpty()) {
      control.say("");
    }
  }

  /** For who waits no longer. */
  SQLException tooLong(String who) {
    return new SQLException(message(who), LOCK_NOT_AVAILABLE);
  }

  private String message(String who) {
    String where = node == 0 ? "the catalog node" : "node " + node;
    return "%s on %s keeps the job from its %s".formatted(who, where, what);
  }
}
