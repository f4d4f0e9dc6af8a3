package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.Moments.Stillness;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gives transactions that see one moment from their first statement to their end (REPEATABLE READ,
 * and SERIALIZABLE READ ONLY) a snapshot of every node, together with all who ask meanwhile.
 *
 * <p>Threads: confined to its event loop.
 */
public final class GroupSnapshots {
  /** What kind of transaction imports the snapshot: only its like can. */
  public enum Kind {
    REPEATABLE_READ("REPEATABLE READ"),
    SERIALIZABLE_READ_ONLY("SERIALIZABLE");

    private final String level;

    Kind(String level) {
      this.level = level;
    }
  }

  private final BackendPool pool;
  private final Moments moments;
  private final Supplier<List<Integer>> nodes;
  private final String role;
  private final Map<Kind, Lane> lanes = new EnumMap<>(Kind.class);

  /** {@code nodes} are those of the cluster now; {@code role} may connect to all of them. */
  public GroupSnapshots(
      BackendPool pool, Moments moments, Supplier<List<Integer>> nodes, String role) {
    this.pool = requireNonNull(pool);
    this.moments = requireNonNull(moments);
    this.nodes = requireNonNull(nodes);
    this.role = requireNonNull(role);
  }

  /**
   * Everything acknowledged before this call is seen in the snapshot, which the asker has to
   * release.
   */
  public void ask(Kind kind, Consumer<GroupSnapshot> asker) {
    lanes.computeIfAbsent(kind, Lane::new).ask(asker);
  }

  /** Gives the connections back that wait for the next snapshot. */
  public void close() {
    lanes.values().forEach(lane -> lane.keepers.close());
  }

  /** The snapshots of one kind, taken one after another. */
  private final class Lane implements Gathering.Listener {
    private final Keepers keepers;
    private final List<Consumer<GroupSnapshot>> waiting = new ArrayList<>();
    private final List<Consumer<GroupSnapshot>> inTime = new ArrayList<>();
    private Optional<GroupSnapshot> latest = Optional.empty();
    private Optional<Stillness> latestSince = Optional.empty();
    private boolean gathering;

    Lane(Kind kind) {
      this.keepers = new Keepers(pool, role, kind.level);
    }

    void ask(Consumer<GroupSnapshot> asker) {
      if (latest.map(GroupSnapshot::isUsed).orElse(false)
          && latestSince.map(moments::isUnbroken).orElse(false)) {
        latest.get().retain();
        asker.accept(latest.get());
        return;
      }
      waiting.add(asker);
      if (!gathering) {
        gather();
      }
    }

    private void gather() {
      gathering = true;
      new Gathering(keepers, moments, this).start(nodes.get());
    }

    @Override
    public void frozen() {
      inTime.addAll(waiting);
      waiting.clear();
    }

    @Override
    public void thawed() {
      waiting.addAll(0, inTime);
      inTime.clear();
    }

    @Override
    public void exported(List<Keeper> exporters, Optional<Stillness> since) {
      List<Consumer<GroupSnapshot>> served = List.copyOf(inTime);
      inTime.clear();
      GroupSnapshot snapshot =
          new GroupSnapshot(exporters, served.size(), old -> old.forEach(keepers::giveBack));
      latest = Optional.of(snapshot);
      latestSince = since;
      gathering = false;
      if (!waiting.isEmpty()) {
        gather();
      }
      served.forEach(asker -> asker.accept(snapshot));
    }
  }
}
