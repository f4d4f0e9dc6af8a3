package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A write on one node or, by a two-phase commit, on several: what happened where and when. */
final class SimulatedWrite {
  static final long NEVER = Long.MAX_VALUE;

  private final CoordinatorEpoch by;
  private final long begunAt;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /** The part on one node. */
  static final class Part {
    private final String node;
    private boolean isPrepared;
    private long sentAt = NEVER;
    private long visibleAt = NEVER;
    private long ackedAt = NEVER;

    Part(String node) {
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
      isPrepared = true;
    }

    void sent(long now) {
      sentAt = Math.min(sentAt, now);
    }

    void visible(long now) {
      visibleAt = Math.min(visibleAt, now);
    }

    void acked(long now) {
      ackedAt = Math.min(ackedAt, now);
    }
  }

  SimulatedWrite(CoordinatorEpoch by, List<String> nodes, long now) {
    this.by = by;
    this.begunAt = now;
    nodes.forEach(node -> parts.put(node, new Part(node)));
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

  boolean isAckedEverywhere() {
    return parts().stream().allMatch(part -> part.ackedAt() != NEVER);
  }
}
