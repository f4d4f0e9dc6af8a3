package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Other processes of this machine.
 *
 * <p>One that has ended but whose parent has not asked yet counts as ended: in a container nobody
 * may ever ask.
 */
public final class Processes {
  private static final Duration POLL = Duration.ofMillis(20);

  private Processes() {}

  public static boolean isAlive(ProcessHandle process) {
    return process.isAlive() && !isZombie(process.pid());
  }

  /** Waits for the end of a process, for so long; returns whether it came. */
  public static boolean awaitEnd(ProcessHandle process, Duration limit) {
    CompletableFuture<Void> exit = onExit(process);
    try {
      exit.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      exit.cancel(false);
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerFailedException("interrupted while a process stopped", e);
    }
  }

  /**
   * Completes when the process has ended. {@link ProcessHandle#onExit} would tell of a child's end
   * in the common pool, whose threads may all be waiting for just that.
   */
  static CompletableFuture<Void> onExit(ProcessHandle process) {
    CompletableFuture<Void> exit = new CompletableFuture<>();
    Thread.ofVirtual().name("watch-" + process.pid()).start(() -> poll(process, exit));
    return exit;
  }

  private static void poll(ProcessHandle process, CompletableFuture<Void> exit) {
    try {
      while (isAlive(process) && !exit.isDone()) {
        Thread.sleep(POLL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exit.complete(null);
  }

  /** The state stands after the program's name, which is in parentheses and may hold anything. */
  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
      int nameEnd = stat.lastIndexOf(')');
      return stat.startsWith(" Z", nameEnd + 1);
    } catch (IOException e) {
      return false;
    }
  }
}
