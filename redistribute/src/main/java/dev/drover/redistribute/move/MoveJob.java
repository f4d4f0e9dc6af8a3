package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobKind;
import java.sql.SQLException;

/** What {@code drover.move_slot} asks for: its moves are written down with the job. */
public record MoveJob(SlotMoves moves) implements JobKind {
  public MoveJob {
    requireNonNull(moves);
  }

  @Override
  public String name() {
    return "move";
  }

  @Override
  public String run(JobControl control) throws SQLException {
    return "moved %d slots".formatted(moves.run(control));
  }
}
