package dev.drover.coordinator.catalog;

import dev.drover.coordinator.settings.SettingsState;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Texts whose literals PostgreSQL has taken under a plan. Texts of one shape share a plan, but
 * {@code id = 'five'} has an error where {@code id = '5'} has none.
 *
 * <p>Threads: confined to its event loop.
 */
final class ProvenTexts {
  /** Texts kept; beyond that the least recently used one goes. */
  private static final int CAPACITY = 4096;

  /** Longer texts are asked for each time. */
  private static final int MAX_TEXT_BYTES = 4096;

  /** The settings count too: a date may be one under one DateStyle only. */
  private record Key(long plan, ByteBuffer text, SettingsState settings) {}

  private final Map<Key, Boolean> proven =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
          return size() > CAPACITY;
        }
      };

  boolean has(StatementPlanner.Request request, CachedPlan plan) {
    return proven.get(key(request, plan)) != null;
  }

  void add(StatementPlanner.Request request, CachedPlan plan) {
    StatementText text = request.text();
    if (!text.literalsAreSafe() && text.utf8().length <= MAX_TEXT_BYTES) {
      proven.put(key(request, plan), true);
    }
  }

  private static Key key(StatementPlanner.Request request, CachedPlan plan) {
    return new Key(plan.id(), ByteBuffer.wrap(request.text().utf8()), request.settings());
  }
}
