package dev.drover.agent.recovery;

import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows operators which transactions are in doubt for longer than a second, in a table on the
 * catalog node, and complains about those that stay.
 *
 * <p>Threads: confined to the resolver's thread.
 */
final class InDoubtWatch {
  private static final Logger LOG = LoggerFactory.getLogger(InDoubtWatch.class);

  /** A commit under way is prepared for some milliseconds, too. */
  private static final Duration SHOWN_FROM = Duration.ofSeconds(1);

  private static final Duration WARNED_FROM = Duration.ofSeconds(10);
  private static final Duration WARNED_EVERY = Duration.ofMinutes(1);

  private final NodeSessions sessions;
  private final Map<GlobalTransaction, Duration> nextWarnings = new HashMap<>();

  /** Whoever was resolver before may have left something in the table. */
  private boolean mayShow = true;

  InDoubtWatch(NodeSessions sessions) {
    this.sessions = sessions;
  }

  static boolean concerns(Duration age) {
    return age.compareTo(SHOWN_FROM) >= 0;
  }

  void show(List<InDoubt> seen) {
    nextWarnings.keySet().retainAll(seen.stream().map(InDoubt::transaction).collect(toSet()));
    seen.stream().filter(this::isWarnedOf).forEach(this::warn);
    if (seen.isEmpty() && !mayShow) {
      return;
    }
    boolean isShown =
        sessions
            .tryAt(
                NodeEndpoint.CATALOG,
                session -> {
                  session.showInDoubt(seen);
                  return true;
                })
            .isPresent();
    mayShow = !isShown || !seen.isEmpty();
  }

  /** At ten seconds, and every minute from then on. */
  boolean isWarnedOf(InDoubt doubt) {
    Duration next = nextWarnings.getOrDefault(doubt.transaction(), WARNED_FROM);
    boolean isDue = doubt.age().compareTo(next) >= 0;
    if (isDue) {
      nextWarnings.put(doubt.transaction(), doubt.age().plus(WARNED_EVERY));
    }
    return isDue;
  }

  private void warn(InDoubt doubt) {
    GlobalTransaction transaction = doubt.transaction();
    LOG.warn(
        "event=in_doubt_for_long gid={} age_seconds={} coordinator={} epoch={} lives={} states={}",
        transaction.gid(),
        doubt.age().toSeconds(),
        transaction.coordinator().id(),
        transaction.coordinator().epoch(),
        doubt.coordinatorLives(),
        doubt.states());
  }
}
