package dev.drover.tests.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Runs one task per client, all at the same time, and waits for every one. */
public final class Crowd {
  private Crowd() {}

  /** The results by client; the first failure of any is thrown. */
  public static <T> List<T> run(int clients, IntFunction<Callable<T>> task) {
    List<Callable<T>> tasks = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      tasks.add(task.apply(client));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError("a client failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
