package dev.drover.redistribute.move;

import java.sql.SQLException;

/**
 * Whoever waits for a lock of a connection that copies. A copy may take hours, and all who use the
 * table wait behind the first who waits for it; so it gives way.
 *
 * <p>Threads: confined to the copy's.
 *
 * @param look another connection to the same server
 * @param worker the process of the one that copies
 */
record Waiters(Link look, int worker) implements AutoCloseable {
  static Waiters behind(Link worker, Link look) throws SQLException {
    return new Waiters(
        look, worker.ask("SELECT pg_backend_pid()").map(Integer::parseInt).orElseThrow());
  }

  /**
   * To be called now and then.
   *
   * @throws SQLException with {@code 40001} if somebody waits
   */
  void letNobodyWait() throws SQLException {
    boolean isInTheWay =
        look.is(
            """
            SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND NOT granted \
            AND %d = ANY (pg_blocking_pids(pid)))\
            """
                .formatted(worker));
    if (isInTheWay) {
      throw new SQLException("the copy gives way to who wants to alter the table", "40001");
    }
  }

  @Override
  public void close() throws SQLException {
    look.close();
  }
}
