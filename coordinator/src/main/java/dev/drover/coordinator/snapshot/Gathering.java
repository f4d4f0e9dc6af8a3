package dev.drover.coordinator.snapshot;

import dev.drover.coordinator.snapshot.Moments.Stillness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One taking of a snapshot on every node: keepers that have begun, a moment at which they fix it,
 * and the export.
 *
 * <p>If nothing is being committed it fixes the snapshots without a window and looks afterwards
 * whether that is still so; if it is not, or after a window that was given up, the keepers begin
 * again.
 *
 * <p>Threads: confined to its event loop.
 */
final class Gathering implements MomentReader {
  /** Who the snapshot is for. */
  interface Listener {
    /** Those who ask from now on have asked too late. */
    void frozen();

    /** What was fixed is of no use, so that who asks now is in time again. */
    void thawed();

    /**
     * Done.
     *
     * @param takenAt everything acknowledged before is seen
     * @param since tells for how long the snapshot stays new, if that can be told
     */
    void exported(List<Keeper> keepers, long takenAt, Optional<Stillness> since);
  }

  private final Keepers source;
  private final Moments moments;
  private final Listener listener;
  private final List<Keeper> keepers = new ArrayList<>();
  private Optional<Stillness> since = Optional.empty();
  private Optional<Taking> window = Optional.empty();
  private boolean useless;
  private long takenAt;
  private int open;

  Gathering(Keepers source, Moments moments, Listener listener) {
    this.source = source;
    this.moments = moments;
    this.listener = listener;
  }

  /** A node that cannot be reached takes no part: who comes to need it is told then. */
  void start(List<Integer> nodes) {
    open = nodes.size() + 1;
    for (int node : nodes) {
      source.take(
          node,
          keeper -> {
            keeper.ifPresent(keepers::add);
            count(this::look);
          });
    }
    count(this::look);
  }

  private void count(Runnable whenAllAreDone) {
    open--;
    if (open == 0) {
      whenAllAreDone.run();
    }
  }

  private void look() {
    since = moments.stillness();
    if (since.isPresent()) {
      bind(this::lookBack);
    } else {
      moments.await(this);
    }
  }

  private void lookBack() {
    if (moments.isUnbroken(since.orElseThrow())) {
      moments.foundWithoutWindow();
      export();
    } else {
      renew(() -> moments.await(this));
    }
  }

  private void bind(Runnable bound) {
    listener.frozen();
    takenAt = System.nanoTime();
    open = keepers.size() + 1;
    keepers.forEach(keeper -> keeper.bind(_ -> count(bound)));
    count(bound);
  }

  @Override
  public void take(Taking taking) {
    if (open > 0) {
      taking.missed();
      return;
    }
    window = Optional.of(taking);
    since = moments.stillness();
    bind(this::boundInWindow);
  }

  private void boundInWindow() {
    if (useless) {
      useless = false;
      renew(() -> {});
    } else {
      window.orElseThrow().fixed();
    }
  }

  @Override
  public void taken(boolean valid) {
    if (valid) {
      export();
    } else {
      renew(() -> {});
    }
  }

  @Override
  public void late() {
    useless = true;
  }

  private void renew(Runnable then) {
    listener.thawed();
    List<Keeper> old = List.copyOf(keepers);
    keepers.clear();
    open = old.size() + 1;
    for (Keeper keeper : old) {
      keeper.discard();
      source.renew(
          keeper,
          fresh -> {
            fresh.ifPresent(keepers::add);
            count(then);
          });
    }
    count(then);
  }

  private void export() {
    open = keepers.size() + 1;
    keepers.forEach(keeper -> keeper.export(_ -> count(this::finish)));
    count(this::finish);
  }

  private void finish() {
    listener.exported(List.copyOf(keepers), takenAt, since);
  }
}
