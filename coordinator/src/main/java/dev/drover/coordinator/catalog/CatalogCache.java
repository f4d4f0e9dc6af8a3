package dev.drover.coordinator.catalog;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.TableStatistics;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared view of the catalog.
 *
 * <p>While a change is being committed somewhere the view is stale: new statements wait until the
 * change is through and the catalog has been read again. So no statement is sent under a view that
 * another coordinator has replaced.
 *
 * <pre>
 * state     event                      next
 * --------  -------------------------  -------------------------------------------
 * current   stale(version)             stale; the acknowledgement follows
 * stale     current(version), new one  loading, then current: waiting statements go on
 * stale     current(version), the same current
 * stale     committed(version)         loading, then stale
 * loading   stale(version)             loading, then stale
 * </pre>
 *
 * <p>Threads: thread-safe; {@link #view} and {@link #isCurrent} are plain volatile reads.
 */
public final class CatalogCache {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogCache.class);

  /** A change that neither commits nor fails waits for the GTM or for a server that is down. */
  private static final long WAIT_LIMIT_SECONDS = 10;

  private static final long RELOAD_PAUSE_NANOS = 50_000_000;

  /** What waits for a current view; everything here happens on its loop. */
  private static final class Waiting {
    private final EventExecutor loop;
    private final Consumer<CatalogView> action;
    private final Future<?> limit;
    private boolean isOver;

    Waiting(EventExecutor loop, Consumer<CatalogView> action, Consumer<SqlError> tooLate) {
      this.loop = loop;
      this.action = action;
      this.limit = loop.schedule(() -> giveUp(tooLate), WAIT_LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    void current(CatalogView view) {
      if (!isOver) {
        isOver = true;
        limit.cancel(false);
        action.accept(view);
      }
    }

    private void giveUp(Consumer<SqlError> tooLate) {
      if (!isOver) {
        isOver = true;
        tooLate.accept(
            SqlError.of(
                    SqlState.CANNOT_CONNECT_NOW, "a change of the schema is under way and stuck")
                .withHint("See whether the GTM and all nodes are up."));
      }
    }
  }

  private final CatalogSource source;
  private final Executor blocking;
  private volatile Runnable listener = () -> {};
  private final List<Waiting> waiting = new ArrayList<>();
  private volatile CatalogView view;
  private volatile boolean current;
  private long wanted;
  private long loaded;
  private boolean loading;
  private boolean announced;

  /** Loads the first view before it returns. */
  public CatalogCache(CatalogSource source, long version, Executor blocking) {
    this.source = source;
    this.blocking = blocking;
    this.view = source.load(version);
    this.wanted = version;
    this.loaded = version;
    this.current = true;
  }

  /** Runs this after each further view is in place, before anybody works by it. */
  public void onLoad(Runnable action) {
    listener = action;
  }

  /** Of the view that is in place. */
  public synchronized long version() {
    return loaded;
  }

  public CatalogView view() {
    return view;
  }

  public boolean isCurrent() {
    return current;
  }

  /** Whether nothing has changed since this view was handed out, and nothing is about to. */
  @SuppressWarnings("ReferenceEquality") // each load of the catalog is another view
  public boolean isCurrent(CatalogView asked) {
    return current && view == asked;
  }

  /**
   * Runs {@code action} with a current view: at once, or on {@code loop} when there is one, but not
   * later than after {@value #WAIT_LIMIT_SECONDS} seconds.
   */
  public void whenCurrent(
      EventExecutor loop, Consumer<CatalogView> action, Consumer<SqlError> tooLate) {
    if (current) {
      action.accept(view);
      return;
    }
    synchronized (this) {
      if (!current) {
        waiting.add(new Waiting(loop, action, tooLate));
        return;
      }
    }
    action.accept(view);
  }

  /**
   * Takes newer statistics, if they differ so much from those of the view that plans should be made
   * again; whether they did. The catalog stays as it is, so what was planned before stays right.
   */
  public synchronized boolean statistics(Map<Integer, TableStatistics> newest) {
    if (loading || !differMuch(view.snapshot().statistics(), newest)) {
      return false;
    }
    view = view.withStatistics(newest);
    return true;
  }

  private static boolean differMuch(
      Map<Integer, TableStatistics> known, Map<Integer, TableStatistics> newest) {
    TableStatistics none = new TableStatistics(0, 0, Map.of());
    return newest.entrySet().stream()
        .anyMatch(e -> e.getValue().differsMuchFrom(known.getOrDefault(e.getKey(), none)));
  }

  /** A change is about to be committed. */
  public synchronized void stale() {
    announced = true;
    current = false;
  }

  /** No change is under way any more; {@code version} is the newest. */
  public void current(long version) {
    synchronized (this) {
      announced = false;
      wanted = version;
      if (loading) {
        return;
      }
      if (version == loaded) {
        release();
        return;
      }
      current = false;
      loading = true;
    }
    blocking.execute(this::load);
  }

  /**
   * This announced change has been committed. It is read at once, since it takes the GTM some time
   * to say that it is over; statements go on when it has.
   */
  public void committed(long version) {
    synchronized (this) {
      if (loading || !announced || version <= loaded) {
        return;
      }
      wanted = version;
      loading = true;
    }
    blocking.execute(this::load);
  }

  private void load() {
    while (true) {
      long version;
      long known;
      synchronized (this) {
        version = wanted;
        known = loaded;
      }
      CatalogView fresh;
      try {
        fresh = source.advance(view, known, version).orElseGet(() -> source.load(version));
      } catch (RuntimeException e) {
        LOG.warn("event=catalog_load_failed version={} error={}", version, e.getMessage());
        LockSupport.parkNanos(RELOAD_PAUSE_NANOS);
        continue;
      }
      synchronized (this) {
        view = fresh;
        loaded = version;
        listener.run();
        if (version == wanted) {
          loading = false;
          releaseUnlessAnnounced();
          return;
        }
      }
    }
  }

  /** Another change may have been announced while the view of the last one was read. */
  private void releaseUnlessAnnounced() {
    if (!announced) {
      release();
    }
  }

  private void release() {
    current = true;
    CatalogView now = view;
    waiting.forEach(w -> w.loop.execute(() -> w.current(now)));
    waiting.clear();
  }
}
