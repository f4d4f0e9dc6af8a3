package dev.drover.deploy.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.postgres.ServerFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a process that is one member: start, wait for the order to end, stop. */
public final class MemberMain {
  private static final Logger LOG = LoggerFactory.getLogger(MemberMain.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  /** Starts what the process is for. */
  @FunctionalInterface
  public interface Starter {
    AutoCloseable start();
  }

  /** Who waits for this process. */
  public enum Mode {
    /** A person at a terminal. */
    FOREGROUND,
    /** A process that reads whether this one became ready, and does not stay. */
    DETACHED,
    /** A supervisor, without which this process must not go on. */
    SUPERVISED
  }

  private final Mode mode;
  private final String readyLine;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private MemberMain(Mode mode, String readyLine) {
    this.mode = mode;
    this.readyLine = readyLine;
  }

  /**
   * Runs until SIGTERM, SIGINT, or the end of a supervised process's input. Returns the exit code.
   *
   * @param readyLine what a person is told when the start succeeded
   */
  public static int run(Mode mode, String readyLine, Starter starter) {
    String line = mode == Mode.FOREGROUND ? readyLine : MemberProcess.READY;
    return new MemberMain(mode, line).run(starter);
  }

  private int run(Starter starter) {
    Runtime.getRuntime().addShutdownHook(new Thread(this::endAndWait, "shutdown"));
    if (mode == Mode.SUPERVISED) {
      BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      if (!MemberProcess.GO.equals(nextLine(input))) {
        ended.countDown();
        return 0;
      }
      Thread.ofPlatform().daemon().name("supervised").start(() -> awaitEnd(input));
    }
    try (AutoCloseable member = starter.start()) {
      LOG.info("event=ready class={}", member.getClass().getSimpleName());
      IO.println(readyLine);
      ending.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (ClusterException | ServerFailedException e) {
      return failed(e, e.getMessage());
    } catch (Exception e) {
      return failed(e, e.toString());
    } finally {
      LOG.info("event=ended");
      ended.countDown();
    }
  }

  private int failed(Exception failure, String message) {
    boolean isExplained =
        failure instanceof ClusterException || failure instanceof ServerFailedException;
    if (mode != Mode.FOREGROUND || !isExplained) {
      LOG.error("event=failed", failure);
    }
    if (mode != Mode.FOREGROUND) {
      IO.println(MemberProcess.FAILED + message.replace('\n', ' '));
      return 1;
    }
    System.err.println("drover: " + message);
    return 1;
  }

  private void awaitEnd(BufferedReader input) {
    for (String line = nextLine(input); !line.isEmpty(); line = nextLine(input)) {
      LOG.debug("event=ignored_input");
    }
    LOG.info("event=supervisor_gone");
    ending.countDown();
  }

  /** The end of the input, and what hinders reading it, is the empty line. */
  private static String nextLine(BufferedReader input) {
    try {
      String line = input.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      LOG.debug("event=input_failed", e);
      return "";
    }
  }

  private void endAndWait() {
    ending.countDown();
    try {
      if (!ended.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("event=stop_took_too_long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
