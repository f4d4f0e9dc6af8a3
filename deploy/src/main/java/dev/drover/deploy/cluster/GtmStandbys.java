package dev.drover.deploy.cluster;

import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterHealth.State;
import java.time.Duration;

/** Adds GTMs to a cluster, whether it runs or not. */
public final class GtmStandbys {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 250;

  private GtmStandbys() {}

  /**
   * Returns when all GTMs work and clients know them, if the cluster runs; else they start with it.
   *
   * @return the new one's number
   */
  public static int add(ClusterDirectory directory) {
    ClusterSettings settings =
        directory.change(
            before -> {
              if (before.gtmPorts().size() > ClusterPlan.MAX_GTM_STANDBYS) {
                throw new ClusterException(
                    "a cluster has at most %d GTM standbys"
                        .formatted(ClusterPlan.MAX_GTM_STANDBYS));
              }
              return before.withMoreGtms(1);
            });
    int id = settings.gtmPorts().size();
    if (ClusterLock.holder(directory).isPresent()) {
      await(directory, new Member.Gtm(id));
    }
    return id;
  }

  /** The supervisor starts it last. */
  private static void await(ClusterDirectory directory, Member last) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (RunFile.living(directory, last.label()).isEmpty() || !areWell(directory)) {
      if (System.nanoTime() - end > 0) {
        throw new ClusterException(
            "the GTMs are not ready after %s; see 'drover status'".formatted(LIMIT));
      }
      Pause.of(LOOK_MILLIS, "interrupted while a GTM started");
    }
  }

  private static boolean areWell(ClusterDirectory directory) {
    int count = directory.settings().gtmPorts().size();
    return ClusterHealth.of(directory).stream()
        .limit(count)
        .map(MemberHealth::state)
        .allMatch(State.HEALTHY::equals);
  }
}
