package dev.drover.coordinator.pool;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Lets at most a granted number of transactions be active, so that each of them finds a connection
 * to every node it touches.
 *
 * <p>Threads: confined to one event loop, which has its share of the grant.
 */
public final class Admission {
  /** Told once, when the transaction may begin or when it waited too long. */
  public interface Ticket {
    void admitted();

    void refused(SqlError error);
  }

  private static final class Waiting {
    final Ticket ticket;
    ScheduledFuture<?> timeout;

    Waiting(Ticket ticket) {
      this.ticket = ticket;
    }
  }

  private final EventLoop loop;
  private final long waitMillis;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final int grant;
  private int active;
  private long waits;

  /** How many are active, how many wait now, and how many have had to wait. */
  public record Reading(int active, int waiting, long waits) {}

  public Admission(EventLoop loop, int grant, long waitMillis) {
    this.loop = loop;
    this.grant = grant;
    this.waitMillis = waitMillis;
  }

  /** True when the transaction may begin at once; else {@code ticket} is told later. */
  public boolean admit(Ticket ticket) {
    if (active < grant) {
      active++;
      return true;
    }
    Waiting next = new Waiting(ticket);
    waiting.add(next);
    waits++;
    next.timeout = loop.schedule(() -> giveUp(next), waitMillis, TimeUnit.MILLISECONDS);
    return false;
  }

  /** An admitted transaction has ended. */
  public void leave() {
    Waiting next = waiting.poll();
    if (next == null) {
      active--;
      return;
    }
    next.timeout.cancel(false);
    next.ticket.admitted();
  }

  public int active() {
    return active;
  }

  public Reading read() {
    return new Reading(active, waiting.size(), waits);
  }

  private void giveUp(Waiting late) {
    if (waiting.remove(late)) {
      late.ticket.refused(
          SqlError.of(SqlState.TOO_MANY_CONNECTIONS, "too many active transactions")
              .withDetail("The coordinator runs " + grant + " transactions on this event loop.")
              .withHint("Lower the number of concurrent transactions."));
    }
  }
}
