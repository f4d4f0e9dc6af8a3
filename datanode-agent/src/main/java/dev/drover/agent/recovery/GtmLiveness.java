package dev.drover.agent.recovery;

import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.Liveness;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the GTM; a GTM that does not answer in time settles nothing. */
final class GtmLiveness implements CoordinatorLiveness {
  private static final Logger LOG = LoggerFactory.getLogger(GtmLiveness.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Answer UNSETTLED = new Answer(false, List.of(), List.of());

  private final GtmClient gtm;

  GtmLiveness(GtmClient gtm) {
    this.gtm = gtm;
  }

  @Override
  public Answer ask() {
    Future<Liveness> answer = gtm.liveCoordinators();
    try {
      Liveness liveness = answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(liveness.settled(), lives(liveness.live()), lives(liveness.unfenced()));
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("event=gtm_unreachable", e);
      answer.cancel(false);
      return UNSETTLED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNSETTLED;
    }
  }

  /** Not waited for: until the GTM knows, it names the life again. */
  @Override
  public void fenced(CoordinatorLife life) {
    var _ = gtm.fenced(life.id(), life.epoch());
  }

  private static List<CoordinatorLife> lives(List<CoordinatorEpoch> epochs) {
    return epochs.stream()
        .map(epoch -> new CoordinatorLife(epoch.coordinatorId(), epoch.epoch()))
        .toList();
  }
}
