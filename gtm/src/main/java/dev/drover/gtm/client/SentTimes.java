package dev.drover.gtm.client;

import java.util.LinkedHashMap;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * When numbered messages were sent, until they are answered; the oldest are forgotten.
 *
 * <p>Threads: confined to its owner.
 */
final class SentTimes {
  private static final int MAX_UNANSWERED = 64;

  private final SequencedMap<Long, Long> sentAt = new LinkedHashMap<>();

  void sent(long number, long now) {
    sentAt.put(number, now);
    if (sentAt.size() > MAX_UNANSWERED) {
      sentAt.pollFirstEntry();
    }
  }

  /** Empty if the answer has come already, or far too late. */
  OptionalLong take(long number) {
    Long sent = sentAt.remove(number);
    return sent == null ? OptionalLong.empty() : OptionalLong.of(sent);
  }
}
