package dev.drover.deploy.cluster;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a supervisor of changed settings, until it is closed.
 *
 * <p>A change that could not be carried out is tried again with the next look.
 *
 * <p>Threads: start and close are called by one thread at a time; the listener runs on its own.
 */
final class SettingsWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsWatch.class);
  private static final long LOOK_MILLIS = 500;

  private final BiConsumer<ClusterDirectory, ClusterSettings> listener;
  private final CountDownLatch closing = new CountDownLatch(1);
  private Optional<Thread> thread = Optional.empty();

  SettingsWatch(BiConsumer<ClusterDirectory, ClusterSettings> listener) {
    this.listener = listener;
  }

  /**
   * @param known those that the supervisor has started by
   */
  void start(ClusterDirectory directory, ClusterSettings known) {
    thread =
        Optional.of(
            Thread.ofPlatform()
                .daemon()
                .name("settings-watch")
                .start(() -> watch(directory, known)));
  }

  @Override
  public void close() {
    closing.countDown();
    if (thread.isPresent()) {
      thread.get().interrupt();
      try {
        thread.get().join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void watch(ClusterDirectory directory, ClusterSettings known) {
    ClusterSettings last = known;
    try {
      while (!closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        last = look(directory, last);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ClusterSettings look(ClusterDirectory directory, ClusterSettings last) {
    try {
      ClusterSettings settings = directory.settings();
      if (!settings.equals(last)) {
        listener.accept(directory, settings);
      }
      return settings;
    } catch (ClusterException e) {
      LOG.warn("event=settings_not_applied", e);
      return last;
    }
  }
}
