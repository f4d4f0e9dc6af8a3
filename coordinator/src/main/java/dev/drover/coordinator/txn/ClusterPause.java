package dev.drover.coordinator.txn;

import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Pauses of the cluster, as this coordinator takes part in them: in one that a session of its own
 * wants, and in those of others. It lasts until that session ends it or is gone, its coordinator
 * loses its lease, or the GTM has not heard of it for a lease.
 *
 * <p>Threads: thread-safe.
 */
public final class ClusterPause {
  /** What a session of this coordinator wants; one at a time. */
  private static final class Wish {
    final long number;
    final Transaction of;
    Optional<Consumer<Optional<SqlError>>> waiting;

    Wish(long number, Transaction of, Consumer<Optional<SqlError>> told) {
      this.number = number;
      this.of = of;
      this.waiting = Optional.of(told);
    }

    void tell(Optional<SqlError> error) {
      Optional<Consumer<Optional<SqlError>>> told = waiting;
      waiting = Optional.empty();
      told.ifPresent(t -> of.services().loop().execute(() -> t.accept(error)));
    }
  }

  private final GtmClient gtm;
  private List<PauseHold> holds = List.of();
  private PauseState state = PauseState.NONE;
  private Optional<Wish> wish = Optional.empty();
  private long lastNumber;

  public ClusterPause(GtmClient gtm) {
    this.gtm = gtm;
  }

  /** From now on these take part. */
  public synchronized void attach(List<PauseHold> all) {
    holds = List.copyOf(all);
    PauseState now = state;
    state = PauseState.NONE;
    told(now);
  }

  /** As a setting. */
  public synchronized String text() {
    return state.isPause() ? "on" : "off";
  }

  /** The GTM has said how it stands. */
  public synchronized void told(PauseState now) {
    boolean isOther = now.by() != state.by() || now.number() != state.number();
    state = now;
    if (isOther && now.isPause()) {
      pause(now);
    } else if (isOther) {
      holds.forEach(hold -> hold.loop().execute(hold::resume));
    }
    wish.ifPresent(mine -> told(mine, now));
  }

  private void pause(PauseState now) {
    Optional<Transaction> exempt = wish.filter(mine -> isOf(mine, now)).map(mine -> mine.of);
    AtomicInteger left = new AtomicInteger(holds.size());
    Runnable drained =
        () -> {
          if (left.decrementAndGet() == 0) {
            gtm.pauseDrained(now);
          }
        };
    holds.forEach(hold -> hold.loop().execute(() -> hold.pause(exempt, drained)));
  }

  private boolean isOf(Wish mine, PauseState now) {
    return now.by() == gtm.epoch() && now.number() == mine.number;
  }

  private void told(Wish mine, PauseState now) {
    if (isOf(mine, now)) {
      if (now.complete()) {
        mine.tell(Optional.empty());
      }
      return;
    }
    gtm.endPause(mine.number);
    wish = Optional.empty();
    mine.tell(Optional.of(now.isPause() ? pausedAlready() : ended()));
  }

  /** {@code told} is told on the session's loop when nothing runs any more, or why not. */
  public synchronized void want(Transaction of, Consumer<Optional<SqlError>> told) {
    if (state.isPause() || wish.isPresent()) {
      boolean isOwn = wish.filter(mine -> mine.of == of).isPresent();
      told.accept(isOwn ? Optional.empty() : Optional.of(pausedAlready()));
      return;
    }
    lastNumber++;
    wish = Optional.of(new Wish(lastNumber, of, told));
    gtm.pause(lastNumber);
  }

  /** Others go on at once; false if it is not this session's. */
  public synchronized boolean end(Transaction of) {
    Optional<Wish> mine = wish.filter(one -> one.of == of);
    mine.ifPresent(
        one -> {
          wish = Optional.empty();
          gtm.endPause(one.number);
          one.tell(Optional.of(cancelled()));
        });
    return mine.isPresent();
  }

  private static SqlError pausedAlready() {
    return SqlError.of(SqlState.OBJECT_IN_USE, "the cluster is paused by another session");
  }

  private static SqlError ended() {
    return SqlError.of(SqlState.CANNOT_CONNECT_NOW, "the pause ended before the cluster was idle")
        .withHint("Try again when this coordinator has its lease back.");
  }

  private static SqlError cancelled() {
    return SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request");
  }
}
