package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A write on one node or, by a two-phase commit, on several: what happened where and when.
 *
 * <p>Invariant: of several parts none is committed before all are prepared, and none after one was
 * rolled back; none is rolled back after one was committed.
 */
final class SimulatedWrite {
  static final long NEVER = Long.MAX_VALUE;

  private final CoordinatorEpoch by;
  private final long begunAt;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /** The part on one node. */
  static final class Part {
    private final SimulatedWrite whole;
    private final String node;
    private boolean isPrepared;
    private boolean isPreparedAcked;
    private boolean isRolledBack;
    private long sentAt = NEVER;
    private long visibleAt = NEVER;
    private long ackedAt = NEVER;

    Part(SimulatedWrite whole, String node) {
      this.whole = whole;
      this.node = node;
    }

    String node() {
      return node;
    }

    boolean isPrepared() {
      return isPrepared;
    }

    long sentAt() {
      return sentAt;
    }

    long visibleAt() {
      return visibleAt;
    }

    long ackedAt() {
      return ackedAt;
    }

    boolean isVisible() {
      return visibleAt != NEVER;
    }

    void prepare() {
      assertThat(isRolledBack || isVisible()).as("a part that has ended is prepared").isFalse();
      isPrepared = true;
    }

    void preparedAcked() {
      isPreparedAcked = true;
    }

    boolean isRolledBack() {
      return isRolledBack;
    }

    void rollBack() {
      assertThat(whole.parts()).as("parts when one is rolled back").noneMatch(Part::isVisible);
      isRolledBack = true;
    }

    void sent(long now) {
      sentAt = Math.min(sentAt, now);
    }

    void visible(long now) {
      if (whole.isTwoPhase()) {
        assertThat(whole.parts())
            .as("parts of %s when one is committed", whole.by)
            .allMatch(part -> part.isPrepared && !part.isRolledBack);
      }
      visibleAt = Math.min(visibleAt, now);
    }

    void acked(long now) {
      ackedAt = Math.min(ackedAt, now);
    }
  }

  SimulatedWrite(CoordinatorEpoch by, List<String> nodes, long now) {
    this.by = by;
    this.begunAt = now;
    nodes.forEach(node -> parts.put(node, new Part(this, node)));
  }

  CoordinatorEpoch by() {
    return by;
  }

  long begunAt() {
    return begunAt;
  }

  Collection<Part> parts() {
    return parts.values();
  }

  boolean isTwoPhase() {
    return parts.size() > 1;
  }

  boolean isVisibleEverywhere() {
    return parts().stream().allMatch(Part::isVisible);
  }

  boolean isPreparedEverywhere() {
    return isTwoPhase() && parts().stream().allMatch(Part::isPrepared);
  }

  boolean isPreparedAckedEverywhere() {
    return parts().stream().allMatch(part -> part.isPreparedAcked);
  }

  boolean isRolledBack() {
    return parts().stream().anyMatch(Part::isRolledBack);
  }

  boolean isVisibleAnywhere() {
    return parts().stream().anyMatch(Part::isVisible);
  }

  boolean isAckedEverywhere() {
    return parts().stream().allMatch(part -> part.ackedAt() != NEVER);
  }
}
