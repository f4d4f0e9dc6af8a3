package dev.drover.tests.moves;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what must be so soon. */
public final class Patience {
  private static final long PACE_NANOS = 20_000_000;

  private Patience() {}

  /** What is asked again and again, of servers that may not be able to say. */
  public interface Question<T> {
    T ask() throws SQLException;
  }

  /** A server that is away refuses at once: the pace leaves time to those that start. */
  public static <T> void await(Duration limit, Question<T> question, T wanted) {
    long deadline = System.nanoTime() + limit.toNanos();
    Object last = "nothing";
    while (System.nanoTime() < deadline) {
      try {
        T answer = question.ask();
        if (answer.equals(wanted)) {
          return;
        }
        last = answer;
      } catch (SQLException e) {
        last = e;
      }
      LockSupport.parkNanos(PACE_NANOS);
    }
    throw new AssertionError("not %s within %s but %s".formatted(wanted, limit, last));
  }
}
