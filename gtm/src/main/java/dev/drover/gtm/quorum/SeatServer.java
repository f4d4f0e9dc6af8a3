package dev.drover.gtm.quorum;

import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatRequest;
import java.util.concurrent.CompletableFuture;

/** One of the servers that keep the seat. Threads: thread-safe. */
public interface SeatServer extends AutoCloseable {
  /** Fails if the server gives no answer in time; it may have done what was asked all the same. */
  CompletableFuture<SeatAnswer> ask(SeatRequest request);

  @Override
  void close();
}
