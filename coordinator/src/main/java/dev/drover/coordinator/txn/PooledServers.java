package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.InDoubtFinisher.Asked;
import dev.drover.coordinator.txn.InDoubtFinisher.Link;
import dev.drover.coordinator.txn.InDoubtFinisher.Part;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Drover's own connections from the pool of an event loop, and that loop's time.
 *
 * <p>Threads: confined to its event loop.
 */
public final class PooledServers implements InDoubtFinisher.Servers {
  private final EventLoop loop;
  private final BackendPool pool;

  public PooledServers(EventLoop loop, BackendPool pool) {
    this.loop = loop;
    this.pool = pool;
  }

  @Override
  public void open(int node, Consumer<Optional<Link>> opened) {
    pool.acquire(
        node,
        InDoubtFinisher.DROVER_ROLE,
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            opened.accept(Optional.of(new PooledLink(backend)));
          }

          @Override
          public void refused(SqlError error) {
            opened.accept(Optional.empty());
          }
        });
  }

  @Override
  public void later(Duration wait, Runnable then) {
    var _ = loop.schedule(then, wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  private final class PooledLink implements Link {
    private final Backend backend;

    private PooledLink(Backend backend) {
      this.backend = backend;
    }

    @Override
    public void endProcess(int processId, Consumer<Boolean> gone) {
      String sql =
          "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
              + " WHERE pid = "
              + processId;
      query(sql, reply -> gone.accept(reply.succeeded() && reply.rows().isEmpty()));
    }

    @Override
    public void finish(Part part, Consumer<Boolean> done) {
      String sql = (part.commit() ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + part.gid() + "'";
      query(sql, reply -> done.accept(reply.succeeded() || hasNoSuchPart(reply)));
    }

    private static boolean hasNoSuchPart(QuietReply reply) {
      return reply
          .error()
          .filter(error -> error.sqlState().equals(SqlState.UNDEFINED_OBJECT.code()))
          .isPresent();
    }

    @Override
    public void hasCommitted(Asked asked, Consumer<Optional<Boolean>> answer) {
      query(
          asked.sql(),
          reply -> answer.accept(reply.succeeded() ? Optional.of(isOne(reply)) : Optional.empty()));
    }

    private static boolean isOne(QuietReply reply) {
      return reply.rows().getFirst().getFirst().orElseThrow().equals("1");
    }

    @Override
    public void release() {
      pool.release(backend);
    }

    private void query(String sql, QuietReply.Outcome outcome) {
      backend.query(sql, new QuietReply(outcome));
      backend.link().flush();
    }
  }
}
