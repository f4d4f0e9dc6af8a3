package dev.drover.gtm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.List;

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
  private final List<Part> parts;
  private int visibleParts;
  private long visibleEverywhereAt = NEVER;

  /** The part on one node. */
  static final class Part {
    private final SimulatedWrite whole;
    private final String node;
    private final int place;
    private boolean isPrepared;
    private boolean isPreparedAcked;
    private boolean isRolledBack;
    private long sentAt = NEVER;
    private long visibleAt = NEVER;
    private long ackedAt = NEVER;

    Part(SimulatedWrite whole, String node) {
      this.whole = whole;
      this.node = node;
      this.place = SimulatedNodes.NAMES.indexOf(node);
    }

    String node() {
      return node;
    }

    /** Of the node among all. */
    int place() {
      return place;
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
        for (Part part : whole.parts) {
          if (!part.isPrepared || part.isRolledBack) {
            fail("a part of %s is committed while not all are prepared", whole.by);
          }
        }
      }
      if (isVisible()) {
        return;
      }
      visibleAt = now;
      whole.visibleParts++;
      if (whole.visibleParts == whole.parts.size()) {
        whole.visibleEverywhereAt = now;
      }
    }

    void acked(long now) {
      ackedAt = Math.min(ackedAt, now);
    }
  }

  SimulatedWrite(CoordinatorEpoch by, List<String> nodes, long now) {
    this.by = by;
    this.begunAt = now;
    this.parts = nodes.stream().map(node -> new Part(this, node)).toList();
  }

  CoordinatorEpoch by() {
    return by;
  }

  long begunAt() {
    return begunAt;
  }

  List<Part> parts() {
    return parts;
  }

  boolean isTwoPhase() {
    return parts.size() > 1;
  }

  boolean isVisibleEverywhere() {
    return visibleEverywhereAt != NEVER;
  }

  /** Since when; {@link #NEVER} if a part is missing. */
  long visibleEverywhereAt() {
    return visibleEverywhereAt;
  }

  boolean isPreparedEverywhere() {
    return isTwoPhase() && parts().stream().allMatch(Part::isPrepared);
  }

  boolean isPreparedAckedEverywhere() {
    for (Part part : parts) {
      if (!part.isPreparedAcked) {
        return false;
      }
    }
    return true;
  }

  boolean isRolledBack() {
    return parts().stream().anyMatch(Part::isRolledBack);
  }

  boolean isVisibleAnywhere() {
    return visibleParts > 0;
  }

  boolean isAckedEverywhere() {
    return parts().stream().allMatch(part -> part.ackedAt() != NEVER);
  }
}
