package dev.drover.tests.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Runs one task per client, all at the same time, and waits for every one. */
public final class Crowd {
  private Crowd() {}

  /** The results by client; the first failure of any ends the others and is thrown. */
  public static <T> List<T> run(int clients, IntFunction<Callable<T>> task) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletionService<T> ended = new ExecutorCompletionService<>(threads);
      List<Future<T>> results = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        results.add(ended.submit(task.apply(client)));
      }
      try {
        awaitAll(ended, clients);
      } finally {
        threads.shutdownNow();
      }
      return results.stream().map(Future::resultNow).toList();
    }
  }

  private static void awaitAll(CompletionService<?> ended, int clients) {
    try {
      for (int client = 0; client < clients; client++) {
        ended.take().get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a client failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
