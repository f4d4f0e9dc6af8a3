package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The connections of one event loop, by node and role.
 *
 * <p>A node's connections are bounded over all roles: an idle one of another role is closed to make
 * room. Transactions are admitted before they come here (see {@link Admission}), one connection per
 * node each, so an admitted transaction never waits for another one's connection; what may wait
 * here, for a bounded time, is an out-of-transaction look at the catalog.
 *
 * <p>Threads: confined to its event loop.
 */
public final class BackendPool {
  /** What a request for a connection ends with; exactly one of the two is called. */
  public interface Request {
    void acquired(Backend backend);

    void refused(SqlError error);

    static Request of(Consumer<Backend> acquired, Consumer<SqlError> refused) {
      return new Request() {
        @Override
        public void acquired(Backend backend) {
          acquired.accept(backend);
        }

        @Override
        public void refused(SqlError error) {
          refused.accept(error);
        }
      };
    }
  }

  /** A request that found no free connection. */
  private static final class Waiting {
    final String role;
    final Request request;
    ScheduledFuture<?> timeout;

    Waiting(String role, Request request) {
      this.role = role;
      this.request = request;
    }
  }

  /** The connections to one node. */
  private static final class NodePool {
    final Map<String, Deque<Backend>> idle = new HashMap<>();
    final Deque<Waiting> waiting = new ArrayDeque<>();
    final NodeHealth health = new NodeHealth();
    int open;
    long connects;
    long failures;
    long waits;

    Reading read() {
      int unused = idle.values().stream().mapToInt(Deque::size).sum();
      return new Reading(open - unused, unused, waiting.size(), connects, failures, waits);
    }
  }

  /**
   * The connections to one node: those in use or being opened, the idle ones, and who waits for
   * one; how many were asked for, were refused, and had to be waited for.
   */
  public record Reading(
      int used, int idle, int waiting, long connects, long failures, long waits) {}

  private final EventLoop loop;
  private final BackendConnector connector;
  private final int capacityPerNode;
  private final long waitMillis;
  private final Map<Integer, NodePool> nodes = new HashMap<>();
  private boolean closed;

  public BackendPool(
      EventLoop loop, BackendConnector connector, int capacityPerNode, long waitMillis) {
    this.loop = requireNonNull(loop);
    this.connector = requireNonNull(connector);
    this.capacityPerNode = capacityPerNode;
    this.waitMillis = waitMillis;
  }

  /** By node. */
  public Map<Integer, Reading> read() {
    Map<Integer, Reading> readings = new HashMap<>();
    nodes.forEach((node, pool) -> readings.put(node, pool.read()));
    return readings;
  }

  /** Lends a connection; at once when one is idle. */
  public void acquire(int node, String role, Request request) {
    NodePool pool = nodes.computeIfAbsent(node, n -> new NodePool());
    Backend idle = takeIdle(pool, role);
    if (idle != null) {
      request.acquired(idle);
      return;
    }
    if (closed) {
      request.refused(SqlError.of(SqlState.ADMIN_SHUTDOWN, "the coordinator is shutting down"));
      return;
    }
    Optional<SqlError> refusal = pool.health.refusal(System.nanoTime());
    if (refusal.isPresent()) {
      request.refused(refusal.get());
      return;
    }
    if (pool.open < capacityPerNode || closeOneIdle(pool)) {
      connect(pool, node, role, request);
      return;
    }
    await(pool, new Waiting(role, request));
  }

  /** Takes a connection back; one that is not idle and clean is closed. */
  public void release(Backend backend) {
    NodePool pool = nodes.computeIfAbsent(backend.node(), n -> new NodePool());
    backend.forgetPrologue();
    if (closed || !backend.reusable() || !connector.isOfThisEpoch(backend)) {
      backend.close();
      return;
    }
    Waiting next = nextFor(pool, backend.role());
    if (next != null) {
      next.timeout.cancel(false);
      next.request.acquired(backend);
      return;
    }
    pool.idle.computeIfAbsent(backend.role(), r -> new ArrayDeque<>()).addFirst(backend);
    serveOneWaiting(backend.node(), pool);
  }

  /** Closes every idle connection, for example after a change that makes their state old. */
  public void closeIdle() {
    for (NodePool pool : nodes.values()) {
      boolean more = closeOneIdle(pool);
      while (more) {
        more = closeOneIdle(pool);
      }
    }
  }

  /** Closes idle connections to these nodes as these roles. */
  public void closeIdle(IntPredicate ofNode, Predicate<String> ofRole) {
    List<Backend> found = new ArrayList<>();
    nodes.forEach(
        (node, pool) ->
            pool.idle.forEach(
                (role, idle) -> {
                  if (ofNode.test(node) && ofRole.test(role)) {
                    found.addAll(idle);
                    idle.clear();
                  }
                }));
    found.forEach(backend -> backend.link().close());
  }

  public void close() {
    closed = true;
    closeIdle();
  }

  private Backend takeIdle(NodePool pool, String role) {
    Deque<Backend> idle = pool.idle.get(role);
    if (idle == null) {
      return null;
    }
    for (Backend backend = idle.pollFirst(); backend != null; backend = idle.pollFirst()) {
      if (backend.link().isOpen() && connector.isOfThisEpoch(backend)) {
        return backend;
      }
      backend.link().close();
    }
    return null;
  }

  private static Waiting nextFor(NodePool pool, String role) {
    Iterator<Waiting> waiting = pool.waiting.iterator();
    while (waiting.hasNext()) {
      Waiting next = waiting.next();
      if (next.role.equals(role)) {
        waiting.remove();
        return next;
      }
    }
    return null;
  }

  private void serveOneWaiting(int node, NodePool pool) {
    if (!pool.waiting.isEmpty() && (pool.open < capacityPerNode || closeOneIdle(pool))) {
      Waiting next = pool.waiting.poll();
      next.timeout.cancel(false);
      connect(pool, node, next.role, next.request);
    }
  }

  /** Closes the connection that has been idle longest in some role; false when none is idle. */
  private static boolean closeOneIdle(NodePool pool) {
    for (Deque<Backend> idle : pool.idle.values()) {
      Backend oldest = idle.pollLast();
      if (oldest != null) {
        oldest.link().close();
        return true;
      }
    }
    return false;
  }

  private void connect(NodePool pool, int node, String role, Request request) {
    pool.open++;
    pool.connects++;
    connector.connect(
        loop,
        node,
        role,
        new Request() {
          @Override
          public void acquired(Backend backend) {
            pool.health.connected();
            backend.link().onClose(() -> lost(node, pool, backend));
            request.acquired(backend);
          }

          @Override
          public void refused(SqlError error) {
            pool.open--;
            pool.failures++;
            pool.health.failed(error, System.nanoTime());
            request.refused(error);
            serveOneWaiting(node, pool);
          }
        });
  }

  private void lost(int node, NodePool pool, Backend backend) {
    pool.open--;
    Deque<Backend> idle = pool.idle.get(backend.role());
    if (idle != null) {
      idle.remove(backend);
    }
    serveOneWaiting(node, pool);
  }

  private void await(NodePool pool, Waiting waiting) {
    pool.waiting.add(waiting);
    pool.waits++;
    waiting.timeout = loop.schedule(() -> giveUp(pool, waiting), waitMillis, TimeUnit.MILLISECONDS);
  }

  private static void giveUp(NodePool pool, Waiting waiting) {
    if (pool.waiting.remove(waiting)) {
      waiting.request.refused(
          SqlError.of(SqlState.TOO_MANY_CONNECTIONS, "no connection to a node became free in time")
              .withHint("Lower the number of concurrent transactions."));
    }
  }
}
