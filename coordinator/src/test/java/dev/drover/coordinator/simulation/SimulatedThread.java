package dev.drover.coordinator.simulation;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Code that blocks, as a part of a simulation: at any moment either it runs or the simulation does,
 * and each hands over to the other. So a seed decides all that happens here, too.
 */
final class SimulatedThread {
  private final Thread thread;
  private volatile boolean isItsTurn;
  private volatile Thread simulation = Thread.currentThread();
  private Optional<Throwable> failure = Optional.empty();
  private boolean isKilled;
  private boolean isAlive;
  private long calls;

  SimulatedThread(Runnable body) {
    this.thread = Thread.ofVirtual().unstarted(() -> run(body));
  }

  /** The process has died; the code sees it at the call that it is in. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Killed() {
      super("killed", null, false, false);
    }
  }

  /** Unless it has been killed before. */
  void start() {
    if (!isKilled) {
      isAlive = true;
      thread.start();
      letItRun();
    }
  }

  /** Called by the simulation: it does nothing any more. */
  void kill() {
    isKilled = true;
    if (isAlive) {
      letItRun();
    }
  }

  /**
   * Called by the thread: blocks until there is an answer. The request only plans what is to
   * happen; the first answer counts.
   */
  <T> T await(Consumer<Consumer<T>> request) {
    calls++;
    Call<T> call = new Call<>(calls);
    request.accept(answer -> answered(call, answer));
    isItsTurn = false;
    LockSupport.unpark(simulation);
    waitForItsTurn();
    return call.answer.orElseThrow();
  }

  private <T> void answered(Call<T> call, T answer) {
    if (!isKilled && calls == call.number && call.answer.isEmpty()) {
      call.answer = Optional.of(answer);
      letItRun();
    }
  }

  private void letItRun() {
    simulation = Thread.currentThread();
    isItsTurn = true;
    LockSupport.unpark(thread);
    while (isItsTurn) {
      LockSupport.park(this);
    }
    failure.ifPresent(
        cause -> {
          throw new AssertionError("the simulated thread failed", cause);
        });
  }

  private void run(Runnable body) {
    try {
      waitForItsTurn();
      body.run();
    } catch (Killed e) {
      isKilled = true;
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
    isAlive = false;
    isItsTurn = false;
    LockSupport.unpark(simulation);
  }

  private void waitForItsTurn() {
    while (!isItsTurn) {
      LockSupport.park(this);
    }
    if (isKilled) {
      throw new Killed();
    }
  }

  private static final class Call<T> {
    private final long number;
    private Optional<T> answer = Optional.empty();

    private Call(long number) {
      this.number = number;
    }
  }
}
