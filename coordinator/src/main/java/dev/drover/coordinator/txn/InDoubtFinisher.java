package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes the part of a decided transaction whose connection was lost, through another connection,
 * for as long as this coordinator's epoch has not ended. After that the resolvers do it.
 *
 * <p>A lost connection's server process may still be about to prepare, so it is ended first: only
 * then does "no such prepared transaction" mean that the part is gone.
 *
 * <p>Threads: confined to its event loop.
 */
public final class InDoubtFinisher {
  private static final Logger LOG = LoggerFactory.getLogger(InDoubtFinisher.class);

  /** Role of Drover's own connections. */
  public static final String DROVER_ROLE = "drover";

  /** In place of a process when none can be about to change the part. */
  static final int NO_PROCESS = 0;

  private static final long RETRY_MILLIS = 200;

  private final EventLoop loop;
  private final BackendPool pool;
  private final LongPredicate mayCommit;

  /** {@code mayCommit} is asked with an epoch: {@link GlobalTransactions#mayCommit}. */
  public InDoubtFinisher(EventLoop loop, BackendPool pool, LongPredicate mayCommit) {
    this.loop = loop;
    this.pool = pool;
    this.mayCommit = mayCommit;
  }

  /** What is left to do. {@code processId} had the part's connection. */
  record Part(int node, int processId, long epoch, String gid, boolean commit) {
    String sql() {
      return (commit ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + gid + "'";
    }
  }

  /** Told once what became of a part. */
  interface Listener {
    void finished();

    /** The epoch has ended: a resolver decides, or has decided. */
    void leftToResolver();
  }

  /** Nobody waits for the end. */
  static final Listener NOBODY =
      new Listener() {
        @Override
        public void finished() {}

        @Override
        public void leftToResolver() {}
      };

  void finish(Part part, Listener listener) {
    if (leavesToResolver(part, listener)) {
      return;
    }
    pool.acquire(
        part.node(),
        DROVER_ROLE,
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            endProcess(part, listener, backend);
          }

          @Override
          public void refused(SqlError error) {
            retry(part, listener);
          }
        });
  }

  /**
   * Whether a connection that was lost during COMMIT has committed.
   *
   * @param answer told once the server process is gone, so that the answer holds for ever
   * @param leaseLost told instead when somebody else decides
   */
  record Inquiry(
      int node, int processId, Asked asked, Consumer<Boolean> answer, Runnable leaseLost) {}

  /** What counts 1 when it has committed, and the epoch that may ask. */
  record Asked(long epoch, String sql) {}

  void ask(Inquiry inquiry) {
    if (!mayCommit.test(inquiry.asked().epoch())) {
      inquiry.leaseLost().run();
      return;
    }
    pool.acquire(
        inquiry.node(),
        DROVER_ROLE,
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            backend.query(
                terminateSql(inquiry.processId()),
                new QuietReply(reply -> ended(inquiry, backend, reply)));
            backend.link().flush();
          }

          @Override
          public void refused(SqlError error) {
            askAgain(inquiry);
          }
        });
  }

  /** Only a statement that begins after the process is gone sees all that it did. */
  private void ended(Inquiry inquiry, Backend backend, QuietReply reply) {
    boolean gone = reply.succeeded() && reply.rows().isEmpty();
    if (!gone) {
      pool.release(backend);
      askAgain(inquiry);
      return;
    }
    backend.query(
        inquiry.asked().sql(), new QuietReply(answer -> answered(inquiry, backend, answer)));
    backend.link().flush();
  }

  private void answered(Inquiry inquiry, Backend backend, QuietReply reply) {
    pool.release(backend);
    if (reply.succeeded()) {
      inquiry.answer().accept(reply.rows().getFirst().getFirst().orElseThrow().equals("1"));
    } else {
      askAgain(inquiry);
    }
  }

  private static String terminateSql(int processId) {
    return "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
        + " WHERE pid = "
        + processId;
  }

  private void askAgain(Inquiry inquiry) {
    var _ = loop.schedule(() -> ask(inquiry), RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private boolean leavesToResolver(Part part, Listener listener) {
    if (mayCommit.test(part.epoch())) {
      return false;
    }
    LOG.warn("event=in_doubt_left_to_resolver gid={} node={}", part.gid(), part.node());
    listener.leftToResolver();
    return true;
  }

  private void endProcess(Part part, Listener listener, Backend backend) {
    backend.query(
        terminateSql(part.processId()),
        new QuietReply(reply -> processEnded(part, listener, backend, reply)));
    backend.link().flush();
  }

  private void processEnded(Part part, Listener listener, Backend backend, QuietReply reply) {
    boolean gone = reply.succeeded() && reply.rows().isEmpty();
    if (!gone) {
      pool.release(backend);
      retry(part, listener);
      return;
    }
    if (leavesToResolver(part, listener)) {
      pool.release(backend);
      return;
    }
    backend.query(part.sql(), new QuietReply(answer -> ended(part, listener, backend, answer)));
    backend.link().flush();
  }

  private void ended(Part part, Listener listener, Backend backend, QuietReply reply) {
    pool.release(backend);
    boolean alreadyDone =
        reply
            .error()
            .filter(e -> e.sqlState().equals(SqlState.UNDEFINED_OBJECT.code()))
            .isPresent();
    if (reply.succeeded() || alreadyDone) {
      LOG.info("event=in_doubt_finished gid={} node={}", part.gid(), part.node());
      listener.finished();
      return;
    }
    retry(part, listener);
  }

  private void retry(Part part, Listener listener) {
    var _ = loop.schedule(() -> finish(part, listener), RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }
}
