package dev.drover.redistribute.job;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The table {@code drover.job}.
 *
 * <p>Threads: stateless; calls block.
 */
public final class JobStore {
  /** First key of the advisory locks of jobs, the second is the job's id: drjb. */
  static final int LOCK = 0x64726a62;

  private JobStore() {}

  /**
   * Adds a job, in the connection's transaction; work on it begins after the commit.
   *
   * @param role whose job it is
   */
  public static JobId add(
      Connection catalog, String kind, List<String> arguments, String statement, String role)
      throws SQLException {
    String sql =
        "INSERT INTO drover.job (kind, arguments, statement, role) VALUES (?, ?, ?, ?) RETURNING"
            + " id";
    Array array = catalog.createArrayOf("text", arguments.toArray());
    try (PreparedStatement insert = catalog.prepareStatement(sql)) {
      insert.setString(1, kind);
      insert.setArray(2, array);
      insert.setString(3, statement);
      insert.setString(4, role);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return new JobId(row.getInt(1));
      }
    }
  }

  /** Unfinished jobs that nobody works on, oldest first. */
  static List<JobId> unclaimed(Connection catalog) throws SQLException {
    String sql =
        "SELECT j.id FROM drover.job j WHERE j.finished IS NULL"
            + " AND NOT drover.job_is_claimed(j.id) ORDER BY j.id";
    List<JobId> found = new ArrayList<>();
    try (PreparedStatement select = catalog.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(new JobId(rows.getInt(1)));
      }
    }
    return found;
  }

  /** Whether something of the job is begun and not over. */
  static boolean isUnderWay(Connection catalog, JobId id) throws SQLException {
    try (PreparedStatement select = catalog.prepareStatement("SELECT drover.job_is_under_way(?)")) {
      select.setInt(1, id.number());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** The job, if the connection has taken its lock and it is not finished. */
  static Optional<Job> claim(Connection catalog, JobId id) throws SQLException {
    String lock = "SELECT pg_catalog.pg_try_advisory_lock(" + LOCK + ", ?)";
    try (PreparedStatement select = catalog.prepareStatement(lock)) {
      select.setInt(1, id.number());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          return Optional.empty();
        }
      }
    }
    String claim =
        "UPDATE drover.job SET claim = claim + 1 WHERE id = ? AND finished IS NULL"
            + " RETURNING kind, arguments, statement, role, claim";
    try (PreparedStatement update = catalog.prepareStatement(claim)) {
      update.setInt(1, id.number());
      try (ResultSet row = update.executeQuery()) {
        return row.next() ? Optional.of(job(id, row)) : Optional.empty();
      }
    }
  }

  private static Job job(JobId id, ResultSet row) throws SQLException {
    String[] arguments = (String[]) row.getArray(2).getArray();
    return new Job(
        id,
        row.getString(1),
        List.of(arguments),
        row.getString(3),
        row.getString(4),
        row.getLong(5));
  }

  /** What is wanted of an unfinished job, how fast it may copy, and how wide it may be. */
  record Wish(Job.Wanted wanted, long bytesPerSecond, int movesPerNode) {}

  /** Empty when it is not the claim's any more. */
  static Optional<Wish> wish(Connection catalog, Job job) throws SQLException {
    String sql =
        "SELECT state, throttle, moves_per_node FROM drover.job"
            + " WHERE id = ? AND claim = ? AND finished IS NULL";
    try (PreparedStatement select = catalog.prepareStatement(sql)) {
      select.setInt(1, job.id().number());
      select.setLong(2, job.claim());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Job.Wanted wanted = Job.Wanted.valueOf(row.getString(1).toUpperCase(Locale.ROOT));
        return Optional.of(new Wish(wanted, row.getLong(2), row.getInt(3)));
      }
    }
  }

  static void message(Connection catalog, Job job, String message) throws SQLException {
    String sql = "UPDATE drover.job SET message = ? WHERE id = ? AND claim = ? AND message <> ?";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, message);
      update.setInt(2, job.id().number());
      update.setLong(3, job.claim());
      update.setString(4, message);
      update.executeUpdate();
    }
  }

  static void finish(Connection catalog, Job job, Job.End end, String message) throws SQLException {
    String sql =
        "UPDATE drover.job SET state = ?, message = ?, finished = clock_timestamp()"
            + " WHERE id = ? AND claim = ? AND finished IS NULL";
    try (PreparedStatement update = catalog.prepareStatement(sql)) {
      update.setString(1, end.name().toLowerCase(Locale.ROOT));
      update.setString(2, message);
      update.setInt(3, job.id().number());
      update.setLong(4, job.claim());
      update.executeUpdate();
    }
  }
}
