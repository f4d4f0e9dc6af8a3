package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes the part of a decided transaction whose connection was lost, through another connection,
 * for as long as this coordinator holds its lease. After that the resolvers do it.
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

  private static final long RETRY_MILLIS = 200;

  private final EventLoop loop;
  private final BackendPool pool;
  private final BooleanSupplier mayCommit;

  public InDoubtFinisher(EventLoop loop, BackendPool pool, BooleanSupplier mayCommit) {
    this.loop = loop;
    this.pool = pool;
    this.mayCommit = mayCommit;
  }

  /** What is left to do, and whom to tell when it is done. */
  record Part(int node, int processId, String gid, boolean commit, Runnable done) {
    String sql() {
      return (commit ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + gid + "'";
    }
  }

  void finish(Part part) {
    if (!mayCommit.getAsBoolean()) {
      LOG.warn("event=in_doubt_left_to_resolver gid={} node={}", part.gid(), part.node());
      part.done().run();
      return;
    }
    pool.acquire(
        part.node(),
        DROVER_ROLE,
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            endProcess(part, backend);
          }

          @Override
          public void refused(SqlError error) {
            retry(part);
          }
        });
  }

  /**
   * Whether a connection that was lost during COMMIT has committed.
   *
   * @param answer told once the server process is gone, so that the answer holds for ever
   * @param leaseLost told instead when somebody else decides
   */
  record Inquiry(int node, int processId, long gxid, Consumer<Boolean> answer, Runnable leaseLost) {
    String sql() {
      return "SELECT count(*) FROM drover.gx WHERE gxid = %d AND connection = 0".formatted(gxid);
    }
  }

  void ask(Inquiry inquiry) {
    if (!mayCommit.getAsBoolean()) {
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
    backend.query(inquiry.sql(), new QuietReply(answer -> answered(inquiry, backend, answer)));
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

  private void endProcess(Part part, Backend backend) {
    backend.query(
        terminateSql(part.processId()),
        new QuietReply(reply -> processEnded(part, backend, reply)));
    backend.link().flush();
  }

  private void processEnded(Part part, Backend backend, QuietReply reply) {
    boolean gone = reply.succeeded() && reply.rows().isEmpty();
    if (!gone) {
      pool.release(backend);
      retry(part);
      return;
    }
    backend.query(part.sql(), new QuietReply(answer -> finished(part, backend, answer)));
    backend.link().flush();
  }

  private void finished(Part part, Backend backend, QuietReply reply) {
    pool.release(backend);
    boolean alreadyDone =
        reply
            .error()
            .filter(e -> e.sqlState().equals(SqlState.UNDEFINED_OBJECT.code()))
            .isPresent();
    if (reply.succeeded() || alreadyDone) {
      LOG.info("event=in_doubt_finished gid={} node={}", part.gid(), part.node());
      part.done().run();
      return;
    }
    retry(part);
  }

  private void retry(Part part) {
    var _ = loop.schedule(() -> finish(part), RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }
}
