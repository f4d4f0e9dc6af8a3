package dev.drover.deploy.cluster;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Between two looks at something that others bring about. */
public final class Pause {
  private Pause() {}

  /**
   * Returns after so long.
   *
   * @param whenInterrupted what a person is told then
   */
  public static void of(long millis, String whenInterrupted) {
    try {
      var _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException(whenInterrupted, e);
    }
  }
}
