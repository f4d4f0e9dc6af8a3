package dev.drover.coordinator.snapshot;

import dev.drover.coordinator.pool.BackendPool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keepers of one kind that have begun and hold no snapshot yet, by node.
 *
 * <p>Threads: confined to its event loop.
 */
final class Keepers {
  /** So many per node wait for the next snapshot; a connection each. */
  private static final int MAX_READY = 2;

  private final BackendPool pool;
  private final String role;
  private final GroupSnapshots.Kind kind;
  private final Map<Integer, Deque<Keeper>> ready = new HashMap<>();
  private boolean closed;

  Keepers(BackendPool pool, String role, GroupSnapshots.Kind kind) {
    this.pool = pool;
    this.role = role;
    this.kind = kind;
  }

  /** One that has begun, or nothing if the node cannot be reached. */
  void take(int node, Consumer<Optional<Keeper>> taker) {
    Deque<Keeper> idle = idle(node);
    while (!idle.isEmpty()) {
      Keeper keeper = idle.poll();
      if (keeper.isOpen()) {
        taker.accept(Optional.of(keeper));
        return;
      }
      letGo(keeper);
    }
    pool.acquire(
        node,
        role,
        BackendPool.Request.of(
            backend -> begin(new Keeper(backend, kind.exportSql()), taker),
            _ -> taker.accept(Optional.empty())));
  }

  /** Its snapshot is not needed any more, exported or not; a fresh transaction takes its place. */
  void renew(Keeper keeper, Consumer<Optional<Keeper>> taker) {
    keeper.end(
        ended -> {
          if (ended) {
            begin(keeper, taker);
          } else {
            letGo(keeper);
            taker.accept(Optional.empty());
          }
        });
  }

  private void begin(Keeper keeper, Consumer<Optional<Keeper>> taker) {
    keeper.begin(
        kind.beginSql(),
        begun -> {
          if (!begun) {
            letGo(keeper);
          }
          taker.accept(begun ? Optional.of(keeper) : Optional.empty());
        });
  }

  /** Nobody will import its snapshot any more. */
  void giveBack(Keeper keeper) {
    if (closed || idle(keeper.node()).size() >= MAX_READY) {
      keeper.end(_ -> letGo(keeper));
    } else {
      renew(keeper, fresh -> fresh.ifPresent(this::keep));
    }
  }

  private void keep(Keeper keeper) {
    if (closed) {
      letGo(keeper);
    } else {
      idle(keeper.node()).add(keeper);
    }
  }

  private Deque<Keeper> idle(int node) {
    return ready.computeIfAbsent(node, _ -> new ArrayDeque<>());
  }

  private void letGo(Keeper keeper) {
    keeper.backend().closeOnRelease();
    pool.release(keeper.backend());
  }

  void close() {
    closed = true;
    ready.values().forEach(idle -> idle.forEach(this::letGo));
    ready.clear();
  }
}
