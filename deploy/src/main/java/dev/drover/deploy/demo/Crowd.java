package dev.drover.deploy.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * All tellers at work, each on a thread of its own.
 *
 * <p>Threads: started, stopped and closed by one thread.
 */
final class Crowd implements AutoCloseable {
  private final AtomicBoolean goesOn = new AtomicBoolean(true);
  private final List<Thread> threads = new ArrayList<>();

  private Crowd() {}

  static Crowd start(Bank bank, Counters counters) {
    Crowd crowd = new Crowd();
    for (int i = 0; i < bank.tellers(); i++) {
      Teller teller = new Teller(bank.cluster(), i, counters);
      crowd.threads.add(
          Thread.ofPlatform()
              .name("teller-" + i)
              .daemon()
              .start(() -> teller.work(crowd.goesOn::get)));
    }
    return crowd;
  }

  /** Each teller brings the transfer that it has begun to its end; returns when all have. */
  void stop() {
    goesOn.set(false);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    stop();
  }
}
