package dev.drover.deploy.cluster;

import java.time.Duration;

/**
 * How long a member that has died waits before it is started again: longer each time, unless it had
 * worked for a while.
 *
 * @param deaths in a row of a member that had just been started
 */
record RestartPause(int deaths) {
  static final RestartPause FIRST = new RestartPause(0);

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  /** Who has lived for so long does not die of its start. */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  private static final int MOST_DOUBLINGS = 6;

  /** It has died again. */
  RestartPause after(Duration lived) {
    boolean isSettled = lived.compareTo(SETTLED) >= 0;
    return new RestartPause(isSettled ? 1 : Math.min(deaths + 1, MOST_DOUBLINGS + 1));
  }

  Duration length() {
    Duration doubled = SHORTEST.multipliedBy(1L << Math.max(0, deaths - 1));
    return doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
  }
}
