package dev.drover.coordinator.snapshot;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One moment on the nodes, for every transaction that wants to see it; it lasts until the last of
 * them lets go.
 *
 * <p>Threads: confined to one event loop.
 */
public final class GroupSnapshot {
  private final Map<Integer, Keeper> keepers = new TreeMap<>();
  private final Consumer<List<Keeper>> unused;
  private final long takenAt;
  private int users;

  GroupSnapshot(List<Keeper> keepers, long takenAt, Consumer<List<Keeper>> unused) {
    keepers.forEach(keeper -> this.keepers.put(keeper.node(), keeper));
    this.takenAt = takenAt;
    this.unused = unused;
  }

  /** Everything acknowledged before is seen. Units: a reading of the clock, in nanoseconds. */
  public long takenAt() {
    return takenAt;
  }

  /** What a transaction on this node imports; empty for a node that could not be asked then. */
  public Optional<String> on(int node) {
    Keeper keeper = keepers.get(node);
    return keeper != null && keeper.isOpen() ? keeper.snapshot() : Optional.empty();
  }

  /** Every transaction that exported a part of it still runs. */
  public boolean isWhole() {
    return keepers.values().stream().allMatch(Keeper::isOpen);
  }

  /** One user less: its transactions have begun on every node that they will see, or have ended. */
  public void release() {
    users--;
    if (users == 0) {
      unused.accept(List.copyOf(keepers.values()));
      keepers.clear();
    }
  }

  /** One user more. */
  public void retain() {
    users++;
  }

  boolean isUsed() {
    return users > 0;
  }
}
