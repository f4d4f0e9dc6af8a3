package dev.drover.redistribute.move;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.copy.TableStream;
import dev.drover.redistribute.job.JobControl;
import java.sql.SQLException;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Streams the rows of a slot from server to server, as of an exported snapshot.
 *
 * <p>Threads: confined to the move's thread.
 */
final class LeafCopy {
  private static final long REPORT_NANOS = 500_000_000;

  private final Move move;
  private final JobControl control;
  private final Throttle throttle;
  private long byteCount;
  private long rowCount;
  private long reported = System.nanoTime();

  /** {@code bytesPerSecond} is 0 for no limit. */
  LeafCopy(Move move, JobControl control, LongSupplier bytesPerSecond) {
    this.move = move;
    this.control = control;
    this.throttle = new Throttle(bytesPerSecond, control::proceed);
  }

  /** Fills the empty leaves of the target. */
  void run(List<MovedTable> tables, Link source, String snapshot, TargetSide target)
      throws SQLException {
    source.transaction(
        () -> {
          source.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
          source.run("SET TRANSACTION SNAPSHOT " + SqlQuote.literal(snapshot));
          total(tables, source);
          for (MovedTable table : tables) {
            target.as(table, () -> copy(table, source, target.link()));
          }
        });
    MoveStore.done(control.catalog(), move.id(), byteCount, rowCount);
  }

  private void total(List<MovedTable> tables, Link source) throws SQLException {
    long bytes = 0;
    long rows = 0;
    for (MovedTable table : tables) {
      String from = " FROM drover.copied_columns(" + SqlQuote.literal(table.leaf()) + "::regclass)";
      bytes += source.ask("SELECT bytes" + from).map(Long::parseLong).orElse(0L);
      rows += source.ask("SELECT row_count" + from).map(Long::parseLong).orElse(0L);
    }
    MoveStore.total(control.catalog(), move.id(), bytes, rows);
  }

  private void copy(MovedTable table, Link source, Link target) throws SQLException {
    TableStream stream = TableStream.of(source.connection(), table.leaf());
    long rows =
        stream.run(
            source.connection(), table.leaf(), target.connection(), table.leaf(), this::sent);
    rowCount += rows;
    control.counts().copied(0, rows);
  }

  private void sent(int bytes) throws SQLException {
    byteCount += bytes;
    control.counts().copied(bytes, 0);
    throttle.passed(bytes);
    if (System.nanoTime() - reported > REPORT_NANOS) {
      reported = System.nanoTime();
      MoveStore.done(control.catalog(), move.id(), byteCount, rowCount);
      control.proceed();
    }
  }
}
