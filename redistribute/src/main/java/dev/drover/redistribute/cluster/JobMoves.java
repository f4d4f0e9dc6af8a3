package dev.drover.redistribute.cluster;

import dev.drover.redistribute.job.JobControl;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Whether a job's moves have been planned before. */
final class JobMoves {
  private JobMoves() {}

  static boolean exist(JobControl control) throws SQLException {
    String sql = "SELECT EXISTS (SELECT FROM drover.move WHERE job = ?)";
    try (PreparedStatement select = control.catalog().prepareStatement(sql)) {
      select.setInt(1, control.job().id().number());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
