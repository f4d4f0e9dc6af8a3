package dev.drover.gtm.quorum;

import dev.drover.gtm.seat.Seat;
import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server in this process. Each GTM has a connection of its own to it, which can be cut.
 *
 * <p>Threads: thread-safe.
 */
public final class FakeSeatServer {
  private final Executor thread = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private static final AtomicLong LAST_INCARNATION = new AtomicLong();

  private volatile Seat seat = Seat.fresh(LAST_INCARNATION.incrementAndGet());

  public Link link() {
    return new Link();
  }

  public Seat seat() {
    return seat;
  }

  /** As a server that has lost its disk. */
  public void forget() {
    seat = Seat.fresh(LAST_INCARNATION.incrementAndGet());
  }

  private SeatAnswer answer(SeatRequest request) {
    SeatAnswer answer = seat.answer(request);
    seat = answer.seat();
    return answer;
  }

  /** One GTM's connection. */
  public final class Link implements SeatServer {
    private volatile boolean isCut;

    public void cut() {
      isCut = true;
    }

    public void mend() {
      isCut = false;
    }

    @Override
    public CompletableFuture<SeatAnswer> ask(SeatRequest request) {
      return isCut
          ? CompletableFuture.failedFuture(new IOException("cut"))
          : CompletableFuture.supplyAsync(() -> answer(request), thread);
    }

    @Override
    public void close() {
      cut();
    }
  }
}
