package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementText;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers for texts that are worth keeping prepared on servers: those that come a second time.
 *
 * <p>A plan without lifted literals has one text, so the plan's own number serves all sessions; a
 * text with literals is numbered by session.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ServerStatementKeys {
  private static final int CAPACITY = 512;

  /** Not kept. */
  private static final long NONE = 0;

  private static final long SEEN_ONCE = -1;

  /** A text, with the number of its plan. */
  private record Text(long plan, String sql) {}

  private final Map<Text, Long> keys =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Text, Long> eldest) {
          return size() > CAPACITY;
        }
      };

  long keyOf(CachedPlan plan, StatementText text) {
    if (text.literalCount() == 0) {
      return plan.id() << 1;
    }
    Text identity = new Text(plan.id(), text.toString());
    Long key = keys.get(identity);
    if (key == null) {
      keys.put(identity, SEEN_ONCE);
      return NONE;
    }
    if (key == SEEN_ONCE) {
      long added = PreparedStatement.newKey() << 1 | 1;
      keys.put(identity, added);
      return added;
    }
    return key;
  }
}
