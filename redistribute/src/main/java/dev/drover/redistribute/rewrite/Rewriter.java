package dev.drover.redistribute.rewrite;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.Failures;
import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobId;
import dev.drover.redistribute.job.JobLost;
import dev.drover.redistribute.job.Pauses;
import dev.drover.redistribute.move.MoveMachine;
import dev.drover.redistribute.move.MoveMachine.Event;
import dev.drover.redistribute.move.MoveMachine.State;
import dev.drover.redistribute.move.MovePhase;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one rewrite out, by the phases of a move: writes each state down, does its work, and asks
 * {@link MoveMachine} what follows.
 *
 * <p>Threads: confined to the job's thread; blocks.
 */
final class Rewriter {
  private static final Logger LOG = LoggerFactory.getLogger(Rewriter.class);

  private final JobControl control;
  private final JobId id;
  private final Rewrite rewrite;
  private final RewriteWork work;
  private final Pauses pauses;
  private String reason = "";

  Rewriter(Servers servers, ClusterChange cluster, JobControl control, Rewrite rewrite) {
    this.control = control;
    this.id = control.job().id();
    this.rewrite = rewrite;
    this.pauses = new Pauses(control);
    this.work = new RewriteWork(servers, cluster, control, rewrite);
  }

  /**
   * Until it is over.
   *
   * @throws JobFailed if the table is as it was
   * @throws JobCancelled if that is what was wanted
   */
  String run(State stored) throws SQLException {
    reason = RewriteStore.message(control.catalog(), id);
    State state = stored.phase().isOver() ? stored : carryOut(stored);
    if (state.phase() != MovePhase.FAILED) {
      return "the rows of the table are on %d nodes now".formatted(rewrite.nodes().size());
    }
    if (control.isCancelled()) {
      throw new JobCancelled();
    }
    throw new JobFailed(reason);
  }

  private State carryOut(State stored) throws SQLException {
    State state =
        stored.phase() == MovePhase.PLANNED ? stored : MoveMachine.on(stored, new Event.TakenUp());
    try {
      while (!state.phase().isOver()) {
        state = entered(state);
        LOG.info("event=rewrite_phase job={} phase={}", id, state.phase());
        State next = MoveMachine.on(state, attempt(state));
        if (next.equals(state)) {
          pauses.again(reason, RewriteWork.isUndone(state.phase()));
        } else {
          pauses.over();
        }
        state = next;
      }
    } finally {
      work.close();
    }
    RewriteStore.enter(control.catalog(), id, state);
    LOG.info("event=rewrite_over job={} phase={}", id, state.phase());
    return state;
  }

  /** What stands in the record now. */
  private State entered(State state) throws SQLException {
    return RewriteStore.enter(control.catalog(), id, state)
        ? state
        : new State(MovePhase.DECIDED, state.restarts());
  }

  private Event attempt(State state) throws SQLException {
    try {
      if (RewriteWork.isUndone(state.phase())) {
        control.keep();
      } else {
        control.proceed();
      }
      work.run(state.phase());
      return new Event.Finished();
    } catch (JobCancelled e) {
      say("the job was cancelled");
      return new Event.Cancelled();
    } catch (JobFailed e) {
      say(e.getMessage());
      return new Event.Refused();
    } catch (RewriteCutover.Outdated e) {
      say("the table was changed meanwhile");
      return new Event.Outdated();
    } catch (JobLost e) {
      throw e;
    } catch (RuntimeException e) {
      control.keep();
      work.close();
      LOG.error("event=rewrite_defect job={} phase={}", id, state.phase(), e);
      say("internal error: " + e);
      return new Event.Refused();
    } catch (SQLException e) {
      control.keep();
      work.close();
      say(Failures.message(e));
      return afterError(state.phase(), e);
    }
  }

  /** What was changed or dropped meanwhile explains most errors that do not pass. */
  private Event afterError(MovePhase phase, SQLException e) throws SQLException {
    if (Failures.mayPass(e)) {
      return new Event.Broken();
    }
    boolean copies = phase != MovePhase.PLANNED && !RewriteWork.isUndone(phase);
    return copies && !work.isCurrent() ? new Event.Outdated() : new Event.Refused();
  }

  private void say(String why) throws SQLException {
    reason = why;
    LOG.warn("event=rewrite_hindered job={} reason={}", id, why);
    RewriteStore.say(control.catalog(), id, why);
  }
}
