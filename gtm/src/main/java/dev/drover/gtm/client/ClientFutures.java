package dev.drover.gtm.client;

import dev.drover.gtm.protocol.Liveness;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The futures that callers wait for, by the number of the request.
 *
 * <p>Threads: confined to the client's event loop.
 */
final class ClientFutures {
  private static final int MAX_GXID_WAITERS = 10_000;

  private final Map<Long, CompletableFuture<Long>> publishes = new HashMap<>();
  private final Map<Long, CompletableFuture<Liveness>> questions = new HashMap<>();
  private final Map<Long, CompletableFuture<Void>> reports = new HashMap<>();
  private final Map<Long, Long> publishOfVersion = new HashMap<>();
  private final Deque<CompletableFuture<Long>> gxidWaiters = new ArrayDeque<>();

  void publish(long request, CompletableFuture<Long> future) {
    publishes.put(request, future);
  }

  void question(long request, CompletableFuture<Liveness> future) {
    questions.put(request, future);
  }

  void report(long request, CompletableFuture<Void> future) {
    reports.put(request, future);
  }

  void awaitGxid(CompletableFuture<Long> future) {
    gxidWaiters.removeIf(CompletableFuture::isDone);
    if (gxidWaiters.size() >= MAX_GXID_WAITERS) {
      future.completeExceptionally(
          SqlError.of(SqlState.INSUFFICIENT_RESOURCES, "too many transactions wait for a gxid"));
      return;
    }
    gxidWaiters.add(future);
  }

  /** Hands out what is in hand to those who wait, in their order. */
  void drawGxids(GxidRanges ranges) {
    while (!gxidWaiters.isEmpty()) {
      if (gxidWaiters.element().isDone()) {
        gxidWaiters.remove();
        continue;
      }
      long gxid = ranges.tryNext();
      if (gxid == GxidRanges.NONE) {
        return;
      }
      gxidWaiters.remove().complete(gxid);
    }
  }

  void publishReady(long request, long version) {
    publishOfVersion.put(version, request);
    Optional<CompletableFuture<Long>> future = take(publishes, request);
    if (future.isEmpty() || !future.get().complete(version)) {
      publishOfVersion.remove(version);
    }
  }

  /** The request that published this version, once. */
  Optional<Long> takePublish(long version) {
    return Optional.ofNullable(publishOfVersion.remove(version));
  }

  void completed(long request) {
    take(reports, request).ifPresent(future -> future.complete(null));
  }

  void answered(long request, Liveness liveness) {
    take(questions, request).ifPresent(future -> future.complete(liveness));
  }

  void failed(long request, String reason) {
    SqlError error = GtmClient.unavailable(reason);
    take(publishes, request).ifPresent(future -> future.completeExceptionally(error));
    take(reports, request).ifPresent(future -> future.completeExceptionally(error));
    take(questions, request).ifPresent(future -> future.completeExceptionally(error));
  }

  /** Nobody waits for an answer that cannot come. */
  void failAll(String reason) {
    List<Long> open = new ArrayList<>(publishes.keySet());
    open.addAll(reports.keySet());
    open.addAll(questions.keySet());
    open.forEach(request -> failed(request, reason));
    while (!gxidWaiters.isEmpty()) {
      gxidWaiters.remove().completeExceptionally(GtmClient.unavailable(reason));
    }
  }

  private static <T> Optional<CompletableFuture<T>> take(
      Map<Long, CompletableFuture<T>> futures, long request) {
    return Optional.ofNullable(futures.remove(request));
  }
}
