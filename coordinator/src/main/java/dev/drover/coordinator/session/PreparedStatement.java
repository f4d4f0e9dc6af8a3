package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementText;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a Parse message or PREPARE left in the session.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PreparedStatement {
  private static final AtomicLong NEXT_KEY = new AtomicLong();

  private final String name;
  private final StatementText text;
  private final int[] declaredTypes;
  private CachedPlan plan;

  PreparedStatement(String name, StatementText text, int[] declaredTypes, CachedPlan plan) {
    this.name = requireNonNull(name);
    this.text = requireNonNull(text);
    this.declaredTypes = declaredTypes;
    this.plan = requireNonNull(plan);
  }

  String name() {
    return name;
  }

  StatementText text() {
    return text;
  }

  int[] declaredTypes() {
    return declaredTypes;
  }

  CachedPlan plan() {
    return plan;
  }

  /** The catalog has changed: the statement was planned anew. */
  void plan(CachedPlan replanned) {
    plan = replanned;
  }

  /** A number for a text that servers should keep prepared. */
  static long newKey() {
    return NEXT_KEY.incrementAndGet();
  }
}
