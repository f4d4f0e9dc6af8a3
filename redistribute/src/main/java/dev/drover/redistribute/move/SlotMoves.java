package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.Failures;
import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobLost;
import java.sql.SQLException;
import java.util.List;

/**
 * Plans moves of a job and carries them out.
 *
 * <p>Threads: thread-safe; calls block.
 */
public final class SlotMoves {
  /**
   * One slot of a colocation group is to go from one node to another.
   *
   * @param source id of the node that has it
   */
  public record Planned(int group, int slot, int source, int target) {}

  private final Servers servers;
  private final ClusterChange cluster;

  public SlotMoves(Servers servers, ClusterChange cluster) {
    this.servers = requireNonNull(servers);
    this.cluster = requireNonNull(cluster);
  }

  /** Writes one more move of the job down; to be done by {@link #run}. */
  public MoveId plan(JobControl control, Planned planned) throws SQLException {
    return MoveStore.add(control.catalog(), control.job().id(), planned);
  }

  /**
   * Carries out what is left of the job's moves, several at a time where {@link MoveLimits} allow;
   * returns how many slots it has moved in all.
   *
   * @throws JobFailed after a move that could not be done; those that had not begun are not done
   * @throws JobCancelled if the job was cancelled
   */
  public int run(JobControl control) throws SQLException {
    List<MoveStore.Stored> moves = MoveStore.ofJob(control.catalog(), control.job().id());
    try {
      MoveTurns turns = new MoveTurns(control);
      new MoveCrew(
              control,
              stored ->
                  new SlotMover(servers, cluster, control, stored.move(), turns)
                      .run(stored.state()))
          .run(moves);
    } catch (JobLost e) {
      throw e;
    } catch (RuntimeException e) {
      MoveStore.giveUpPlanned(control.catalog(), control.job().id());
      throw e;
    } catch (SQLException e) {
      if (!Failures.mayPass(e)) {
        MoveStore.giveUpPlanned(control.catalog(), control.job().id());
      }
      throw e;
    }
    return moves.size();
  }
}
