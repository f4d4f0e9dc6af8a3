package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.Moments.Stillness;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gives transactions that see one moment from their first statement to their end (REPEATABLE READ
 * and SERIALIZABLE) a snapshot of every node, together with all who ask meanwhile.
 *
 * <p>Threads: confined to its event loop.
 */
public final class GroupSnapshots {
  /** What kind of transaction imports the snapshot: only its like can. */
  public enum Kind {
    REPEATABLE_READ("REPEATABLE READ READ ONLY", ""),
    SERIALIZABLE_READ_ONLY("SERIALIZABLE READ ONLY", ""),
    /**
     * Its keepers have read the table of commit records as a whole: to PostgreSQL they come before
     * every serializable transaction that writes one, so none of these can both come before another
     * transaction and end after it. Sampling no block takes the lock and reads nothing.
     */
    SERIALIZABLE(
        "SERIALIZABLE READ WRITE",
        " WHERE (SELECT pg_catalog.count(*) FROM drover.gx TABLESAMPLE SYSTEM (0)) = 0");

    private final String modes;
    private final String witness;

    Kind(String modes, String witness) {
      this.modes = modes;
      this.witness = witness;
    }

    String beginSql() {
      return "BEGIN ISOLATION LEVEL " + modes;
    }

    String exportSql() {
      return "SELECT pg_catalog.pg_export_snapshot()" + witness;
    }
  }

  /**
   * How new a snapshot has to be.
   *
   * @param notBefore what was acknowledged before this reading of the clock is to be seen
   * @param keepMillis others may want one of that age soon
   */
  public record Freshness(long notBefore, long keepMillis) {
    /** Everything that has been acknowledged. */
    public static Freshness now() {
      return new Freshness(System.nanoTime(), 0);
    }

    /** Not older than that, nor than what was seen at the given time. */
    public static Freshness within(long maxAgeMillis, long seenAt) {
      long oldest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(maxAgeMillis);
      return new Freshness(oldest - seenAt > 0 ? oldest : seenAt, maxAgeMillis);
    }
  }

  /**
   * The cluster as the catalog has it.
   *
   * @param catalogVersion rises with every change, be it that rows are elsewhere than before
   * @param nodes ids of the datanodes
   */
  public record Members(long catalogVersion, List<Integer> nodes) {
    public Members {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * The last one that was taken.
   *
   * @param since tells for how long it stays new, if that can be told
   * @param catalogVersion the catalog's when it was taken
   */
  private record Latest(GroupSnapshot snapshot, Optional<Stillness> since, long catalogVersion) {}

  private final EventLoop loop;
  private final BackendPool pool;
  private final Moments moments;
  private final Supplier<Members> members;
  private final String role;
  private final Map<Kind, Lane> lanes = new EnumMap<>(Kind.class);

  /** {@code members} are those of now; {@code role} may connect to all of them. */
  public GroupSnapshots(
      EventLoop loop, BackendPool pool, Moments moments, Supplier<Members> members, String role) {
    this.loop = requireNonNull(loop);
    this.pool = requireNonNull(pool);
    this.moments = requireNonNull(moments);
    this.members = requireNonNull(members);
    this.role = requireNonNull(role);
  }

  /** The asker has to release what it gets. */
  public void ask(Kind kind, Freshness freshness, Consumer<GroupSnapshot> asker) {
    lanes.computeIfAbsent(kind, Lane::new).ask(freshness, asker);
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
    private Optional<Latest> latest = Optional.empty();
    private long catalogVersion;
    private boolean gathering;
    private long keepMillis;

    Lane(Kind kind) {
      this.keepers = new Keepers(pool, role, kind);
    }

    void ask(Freshness freshness, Consumer<GroupSnapshot> asker) {
      Optional<Latest> fresh = latest.filter(l -> l.snapshot.isUsed() && isFresh(l, freshness));
      if (fresh.isPresent()) {
        fresh.get().snapshot.retain();
        asker.accept(fresh.get().snapshot);
        return;
      }
      waiting.add(asker);
      keepMillis = Math.max(keepMillis, freshness.keepMillis());
      if (!gathering) {
        gather();
      }
    }

    /** One from before a change of the catalog may find rows too young that have been elsewhere. */
    private boolean isFresh(Latest one, Freshness freshness) {
      if (one.catalogVersion != members.get().catalogVersion()) {
        return false;
      }
      return one.snapshot.takenAt() - freshness.notBefore() >= 0
          || one.since.map(moments::isUnbroken).orElse(false);
    }

    private void gather() {
      gathering = true;
      new Gathering(keepers, moments, this).start(members.get().nodes());
    }

    @Override
    public void frozen() {
      catalogVersion = members.get().catalogVersion();
      inTime.addAll(waiting);
      waiting.clear();
    }

    @Override
    public void thawed() {
      waiting.addAll(0, inTime);
      inTime.clear();
    }

    @Override
    public void exported(List<Keeper> exporters, long takenAt, Optional<Stillness> since) {
      List<Consumer<GroupSnapshot>> served = List.copyOf(inTime);
      inTime.clear();
      GroupSnapshot snapshot =
          new GroupSnapshot(exporters, takenAt, old -> old.forEach(keepers::giveBack));
      served.forEach(_ -> snapshot.retain());
      keep(snapshot);
      latest = Optional.of(new Latest(snapshot, since, catalogVersion));
      gathering = false;
      if (!waiting.isEmpty()) {
        gather();
      }
      served.forEach(asker -> asker.accept(snapshot));
    }

    /** For those who will ask soon for one that need not be new. */
    private void keep(GroupSnapshot snapshot) {
      if (keepMillis > 0) {
        snapshot.retain();
        var _ = loop.schedule(snapshot::release, keepMillis, TimeUnit.MILLISECONDS);
        keepMillis = 0;
      }
    }
  }
}
