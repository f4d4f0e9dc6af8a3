package dev.drover.deploy.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member as a child process that is started again when it dies.
 *
 * <p>The child loads its classes at once but works only after the line {@code go} on its standard
 * input; on its standard output it says {@code ready}, or {@code failed} and why. The end of its
 * input, which comes when this process dies in whatever way, makes it stop.
 *
 * <p>Threads: thread-safe; one thread per member starts, listens and restarts.
 */
final class MemberProcess {
  static final String GO = "go";
  static final String READY = "ready";
  static final String FAILED = "failed ";

  private static final Logger LOG = LoggerFactory.getLogger(MemberProcess.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  private final Member member;
  private final ClusterDirectory directory;
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
  private final AtomicReference<CompletableFuture<Void>> ready = new AtomicReference<>(firstReady);
  private final AtomicReference<Optional<Process>> child = new AtomicReference<>(Optional.empty());
  private final Thread thread;

  MemberProcess(Member member, ClusterDirectory directory) {
    this.member = member;
    this.directory = directory;
    this.thread = Thread.ofPlatform().name("member-" + member.label()).unstarted(this::run);
  }

  /** Begins to load the child; it waits for {@link #release}. */
  void launch() {
    thread.start();
  }

  void release() {
    released.countDown();
  }

  Member member() {
    return member;
  }

  /** Of the first start: fails with the child's reason when it could not start. */
  CompletableFuture<Void> firstReady() {
    return firstReady;
  }

  /** Of the present start. */
  CompletableFuture<Void> ready() {
    return ready.get();
  }

  /** Ends the child without warning, as a crash would; it is started again. */
  void kill() {
    Process process = child.get().orElseThrow();
    ready.set(new CompletableFuture<>());
    process.destroyForcibly();
    awaitEnd(process);
  }

  /** Ends the child in good order; it is started again, by what the settings say then. */
  void restart() {
    Process process = child.get().orElseThrow();
    ready.set(new CompletableFuture<>());
    end(process);
  }

  void stop() {
    closing.countDown();
    released.countDown();
    child.get().ifPresent(this::end);
    try {
      thread.join(STOP_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Process process) {
    process.destroy();
    if (!awaitEnd(process)) {
      LOG.warn("event=member_killed member={}", member.label());
      process.destroyForcibly();
      awaitEnd(process);
    }
  }

  private static boolean awaitEnd(Process process) {
    try {
      return process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    RestartPause pause = RestartPause.FIRST;
    while (closing.getCount() > 0) {
      long begun = System.nanoTime();
      String failure = runOnce();
      if (closing.getCount() == 0) {
        return;
      }
      if (firstReady.completeExceptionally(
          new ClusterException("%s did not start: %s".formatted(member.label(), failure)))) {
        return;
      }
      pause = pause.after(Duration.ofNanos(System.nanoTime() - begun));
      LOG.warn(
          "event=member_died member={} reason={} pause={}",
          member.label(),
          failure,
          pause.length());
      if (awaitClosing(pause.length())) {
        return;
      }
    }
  }

  /** Returns when the child has ended, with the reason. */
  private String runOnce() {
    try {
      Process process = start();
      child.set(Optional.of(process));
      RunFile.write(directory, member.label(), process.toHandle());
      if (closing.getCount() == 0) {
        process.destroy();
      }
      String failure = converse(process);
      process.waitFor();
      return failure.isEmpty() ? "exit code " + process.exitValue() : failure;
    } catch (IOException e) {
      LOG.warn("event=member_failed member={}", member.label(), e);
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private Process start() throws IOException {
    File output = directory.logFile(member.label() + ".err").toFile();
    return new ProcessBuilder(MemberCommand.of(member, directory))
        .redirectError(ProcessBuilder.Redirect.to(output))
        .start();
  }

  /** Returns the failure that the child reports, empty if it reports none. */
  private String converse(Process process) throws IOException, InterruptedException {
    released.await();
    send(process);
    String failure = "";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(READY)) {
          firstReady.complete(null);
          ready.get().complete(null);
        }
        if (line.startsWith(FAILED)) {
          failure = line.substring(FAILED.length());
        }
      }
    }
    return failure;
  }

  /** A child that has died meanwhile is noticed by the end of its output. */
  private void send(Process process) {
    try {
      OutputStream input = process.getOutputStream();
      input.write((GO + "\n").getBytes(UTF_8));
      input.flush();
    } catch (IOException e) {
      LOG.debug("event=member_gone member={}", member.label(), e);
    }
  }

  private boolean awaitClosing(Duration limit) {
    try {
      return closing.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
