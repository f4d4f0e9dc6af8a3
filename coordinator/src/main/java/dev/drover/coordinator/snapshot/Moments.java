package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Readers that wait for a moment at which no commit is under way, and those that find that there
 * was none while they looked.
 *
 * <p>A reader takes part in windows that begin after it has asked, so that it sees what was
 * acknowledged before.
 *
 * <p>Threads: confined to its event loop.
 */
public final class Moments implements GateRelay.Readers {
  /** A part of the time for which commits are held, so that what was taken counts. */
  private static final long ASKING_NANOS = 5_000_000;

  private final LongSupplier want;
  private final CommitCounts counts;
  private final AloneTime alone;
  private final GateStatistics statistics;
  private final TreeMap<Long, MomentReader> waiting = new TreeMap<>();
  private Optional<Window> window = Optional.empty();
  private volatile boolean waitedFor;

  /** {@code want} asks the GTM for a window and gives the reader's number. */
  public Moments(
      LongSupplier want, CommitCounts counts, AloneTime alone, GateStatistics statistics) {
    this.want = requireNonNull(want);
    this.counts = requireNonNull(counts);
    this.alone = requireNonNull(alone);
    this.statistics = requireNonNull(statistics);
  }

  /**
   * From when to when nothing may have committed, for what was seen in between to be one moment.
   */
  public record Stillness(long commits, long until) {}

  /**
   * Nothing is being committed now, and only this coordinator can begin to. What is seen from now
   * on is of one moment if {@link #isUnbroken} once all of it was seen.
   */
  public Optional<Stillness> stillness() {
    long now = System.nanoTime();
    long until = alone.end(now);
    OptionalLong quiet = until - now > 0 ? counts.quiet() : OptionalLong.empty();
    return quiet.isPresent()
        ? Optional.of(new Stillness(quiet.getAsLong(), until))
        : Optional.empty();
  }

  public boolean isUnbroken(Stillness since) {
    return counts.sent() == since.commits() && System.nanoTime() - since.until() < 0;
  }

  /** Somebody has made use of that. */
  public void foundWithoutWindow() {
    statistics.found();
  }

  /** What it has cost so far. */
  public GateStatistics statistics() {
    return statistics;
  }

  /** The reader is called in windows, until it has fixed its view in a valid one. */
  public void await(MomentReader reader) {
    waitedFor = true;
    waiting.put(want.getAsLong(), reader);
  }

  @Override
  public boolean isWaitedFor() {
    return waitedFor;
  }

  /** The reader wants nothing any more. */
  public void withdraw(MomentReader reader) {
    waiting.values().remove(reader);
    waitedFor = !waiting.isEmpty();
    window.ifPresent(w -> w.withdraw(reader));
  }

  @Override
  public void take(long through, Runnable taken) {
    Window fresh = new Window(waiting.headMap(through, true), taken);
    window = Optional.of(fresh);
    fresh.ask();
  }

  @Override
  public void opened(boolean valid) {
    Optional<Window> ended = window;
    window = Optional.empty();
    ended.ifPresent(w -> w.end(valid));
  }

  /**
   * One window's readers and what they have said.
   *
   * <p>They are asked one after the other: of two that looked at once, each could see a commit in
   * flight that the other misses. Who is not asked in time has the next window.
   */
  private final class Window {
    private enum Answer {
      UNASKED,
      NONE,
      FIXED,
      MISSED
    }

    private final Map<MomentReader, Answer> answers = new HashMap<>();
    private final List<Long> numbers = new ArrayList<>();
    private final Runnable taken;
    private final long began = System.nanoTime();
    private int next;
    private boolean asking;
    private boolean over;

    Window(Map<Long, MomentReader> readers, Runnable taken) {
      this.taken = taken;
      readers.forEach(
          (number, reader) -> {
            numbers.add(number);
            answers.put(reader, Answer.UNASKED);
          });
    }

    /** Asks until somebody's answer is awaited; who answers at once does not call this deeper. */
    void ask() {
      if (asking || over) {
        return;
      }
      asking = true;
      boolean awaited = false;
      while (!awaited && next < numbers.size() && isTimeLeft()) {
        MomentReader reader = waiting.get(numbers.get(next));
        next++;
        awaited = reader != null && isAwaited(reader);
      }
      asking = false;
      if (!awaited) {
        next = numbers.size();
        taken.run();
      }
    }

    private boolean isTimeLeft() {
      return next == 0 || System.nanoTime() - began < ASKING_NANOS;
    }

    private boolean isAwaited(MomentReader reader) {
      answers.put(reader, Answer.NONE);
      reader.take(
          new MomentReader.Taking() {
            @Override
            public void fixed() {
              answer(reader, Answer.FIXED);
            }

            @Override
            public void missed() {
              answer(reader, Answer.MISSED);
            }
          });
      return answers.get(reader) == Answer.NONE;
    }

    private void answer(MomentReader reader, Answer said) {
      if (over || answers.get(reader) != Answer.NONE) {
        return;
      }
      answers.put(reader, said);
      ask();
    }

    void withdraw(MomentReader reader) {
      answer(reader, Answer.MISSED);
    }

    /** Who has a view in a valid window leaves; the GTM takes all others of it to be served. */
    void end(boolean valid) {
      over = true;
      if (valid) {
        statistics.served((int) answers.values().stream().filter(Answer.FIXED::equals).count());
      }
      for (Long number : numbers) {
        MomentReader reader = waiting.get(number);
        if (reader != null) {
          end(number, reader, valid);
        }
      }
    }

    private void end(long number, MomentReader reader, boolean valid) {
      Answer said = answers.get(reader);
      if (valid) {
        waiting.remove(number);
        waitedFor = !waiting.isEmpty();
        if (said != Answer.FIXED) {
          await(reader);
        }
      }
      switch (said) {
        case FIXED -> reader.taken(valid);
        case NONE -> reader.late();
        case MISSED, UNASKED -> {}
      }
    }
  }
}
