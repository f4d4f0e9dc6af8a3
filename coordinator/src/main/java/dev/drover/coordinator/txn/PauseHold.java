package dev.drover.coordinator.txn;

import dev.drover.pgwire.SqlError;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Holds back what would begin on one event loop while the cluster is paused, and tells when nothing
 * runs there any more. The transaction of the session that has paused it goes on.
 *
 * <p>Threads: confined to its event loop.
 */
public final class PauseHold {
  private final EventLoop loop;
  private final ClusterPause cluster;
  private final Deque<HeldBack> held = new ArrayDeque<>();
  private boolean paused;
  private Optional<Transaction> exempt = Optional.empty();
  private Optional<Runnable> whenDrained = Optional.empty();
  private int running;

  public PauseHold(EventLoop loop, ClusterPause cluster) {
    this.loop = loop;
    this.cluster = cluster;
  }

  /** Whose part this is. */
  public ClusterPause cluster() {
    return cluster;
  }

  EventLoop loop() {
    return loop;
  }

  /**
   * Runs {@code begin}, now or when the pause is over, and {@link #ended} follows; or it is
   * refused, when it is cancelled meanwhile or has waited for its statement_timeout.
   */
  public void begin(Transaction transaction, Runnable begin, Consumer<SqlError> refused) {
    if (!paused || isExempt(transaction)) {
      running++;
      begin.run();
      return;
    }
    HeldBack start = new HeldBack(() -> begin(transaction, begin, refused), refused);
    start.limit(loop, transaction.view().statementTimeoutMillis());
    held.add(start);
    transaction.waits().heldBack(start);
  }

  private boolean isExempt(Transaction transaction) {
    return exempt.filter(one -> one == transaction).isPresent();
  }

  public void ended() {
    running--;
    tellIfDrained();
  }

  /** Who runs goes on to its end; nobody else begins, but for one. */
  void pause(Optional<Transaction> but, Runnable drained) {
    paused = true;
    exempt = but;
    whenDrained = Optional.of(drained);
    tellIfDrained();
  }

  private void tellIfDrained() {
    if (running == 0 && whenDrained.isPresent()) {
      Runnable told = whenDrained.get();
      whenDrained = Optional.empty();
      told.run();
    }
  }

  void resume() {
    paused = false;
    exempt = Optional.empty();
    whenDrained = Optional.empty();
    List<HeldBack> next = new ArrayList<>(held);
    held.clear();
    next.forEach(HeldBack::goOn);
  }
}
