package dev.drover.redistribute.move;

import dev.drover.redistribute.job.JobCancelled;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobLost;
import dev.drover.redistribute.move.MoveStore.Stored;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Carries the moves of a job out, several at a time.
 *
 * <p>After a move that could not be done no other begins; those under way come to their ends first.
 *
 * <p>Threads: {@link #run} blocks the job's; each move has one of its own.
 */
final class MoveCrew {
  private static final long LOOK_MILLIS = 1000;

  /** Does one move. */
  interface Worker {
    void run(Stored move) throws SQLException;
  }

  /** A move that has come to its end. */
  private record Ended(Stored move, Optional<Exception> failure) {}

  private final JobControl control;
  private final Worker worker;
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private final Set<Move> running = new HashSet<>();
  private Optional<Exception> failure = Optional.empty();

  MoveCrew(JobControl control, Worker worker) {
    this.control = control;
    this.worker = worker;
  }

  /**
   * Those that have begun come first.
   *
   * @throws JobFailed if the last thing to happen to some move was that it could not be done
   */
  void run(List<Stored> moves) throws SQLException {
    List<Stored> waiting = new ArrayList<>(moves);
    waiting.sort((a, b) -> Boolean.compare(isPlanned(a), isPlanned(b)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      control.keep();
      while (!running.isEmpty() || (failure.isEmpty() && !waiting.isEmpty())) {
        if (failure.isEmpty()) {
          begin(waiting, threads);
        }
        Optional.ofNullable(ended.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS)).ifPresent(this::end);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobLost("the coordinator stops");
    }
    raise();
  }

  private static boolean isPlanned(Stored move) {
    return move.state().phase() == MovePhase.PLANNED;
  }

  private void begin(List<Stored> waiting, ExecutorService threads) {
    MoveLimits limits = new MoveLimits(control.movesPerNode());
    for (Stored next : List.copyOf(waiting)) {
      if (limits.allow(next.move(), running)) {
        waiting.remove(next);
        running.add(next.move());
        threads.execute(() -> ended.add(work(next)));
      }
    }
  }

  private Ended work(Stored move) {
    try {
      worker.run(move);
      return new Ended(move, Optional.empty());
    } catch (SQLException | RuntimeException e) {
      return new Ended(move, Optional.of(e));
    }
  }

  /** What is to be tried again goes before what is over. */
  private void end(Ended move) {
    running.remove(move.move().move());
    if (failure.isEmpty() || failure.filter(MoveCrew::isFinal).isPresent()) {
      failure = move.failure().or(() -> failure);
    }
  }

  private static boolean isFinal(Exception failure) {
    return failure instanceof JobFailed || failure instanceof JobCancelled;
  }

  private void raise() throws SQLException {
    if (failure.isEmpty()) {
      return;
    }
    switch (failure.get()) {
      case SQLException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
  }
}
