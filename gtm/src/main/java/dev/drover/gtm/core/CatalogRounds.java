package dev.drover.gtm.core;

import dev.drover.gtm.core.GtmRecord.RoundClosed;
import dev.drover.gtm.core.GtmRecord.RoundOpened;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.Catalog;
import dev.drover.gtm.protocol.GtmMessage.Done;
import dev.drover.gtm.protocol.GtmMessage.PublishReady;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Catalog changes, one at a time.
 *
 * <pre>
 *   queued --open--> gathering acks --all acked or fenced--> ready --PublishEnd--> closed
 *                          |                                   |
 *                          +---- publisher died and was fenced: closed as changed ----+
 * </pre>
 *
 * <p>Invariant: a publisher hears that it is ready only when every live epoch has acked the round
 * and every dead one is fenced. The open round is durable before anyone hears of it, so that after
 * a restart newcomers still learn that the catalog is about to change; the acks are gathered anew.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class CatalogRounds {
  private static final int MAX_QUEUED = 1000;
  private static final int MAX_REMEMBERED = 10_000;
  private static final long RESEND_NANOS = 1_000_000_000;

  private final DurableState state;
  private final Outbox outbox;
  private final Links links;
  private final SequencedSet<Publish> queue = new LinkedHashSet<>();
  private final SequencedSet<Publish> ended = new LinkedHashSet<>();
  private final Set<CoordinatorEpoch> acked = new HashSet<>();
  private boolean ready;
  private long resendAt;

  CatalogRounds(DurableState state, Outbox outbox, Links links, long now) {
    this.state = state;
    this.outbox = outbox;
    this.links = links;
    this.resendAt = now;
  }

  void begin(Registration publisher, long number) {
    Publish publish = new Publish(publisher.identity(), number);
    if (isOpen(publish)) {
      if (ready) {
        sendReady();
      }
      return;
    }
    if (!ended.contains(publish) && queue.size() < MAX_QUEUED) {
      queue.add(publish);
    }
  }

  void end(Registration publisher, long number, boolean changed, long now) {
    Publish publish = new Publish(publisher.identity(), number);
    queue.remove(publish);
    remember(publish);
    if (isOpen(publish)) {
      close(changed, now);
    }
    links.sendToCoordinator(publisher.coordinatorId(), new Done(number));
  }

  void ack(Registration coordinator, long version) {
    if (state.catalog().open() == version) {
      acked.add(coordinator.identity());
    }
  }

  /** Goes as far as it can; called after every event. */
  void advance(long now) {
    queue.removeIf(publish -> !isLive(publish.publisher()));
    state.openRound().ifPresent(round -> advance(round, now));
    if (state.openRound().isEmpty() && !queue.isEmpty()) {
      open(queue.removeFirst(), now);
      state.openRound().ifPresent(round -> advance(round, now));
    }
  }

  private void advance(OpenRound round, long now) {
    if (!isLive(round.publisher())) {
      if (isFenced(round.publisher())) {
        close(true, now);
      }
      return;
    }
    if (ready) {
      return;
    }
    if (nobodyIsMissing()) {
      ready = true;
      sendReady();
    } else if (now - resendAt >= 0) {
      announce(now);
    }
  }

  private boolean nobodyIsMissing() {
    return state.coordinators().stream()
        .allMatch(
            known ->
                known.unfenced().isEmpty()
                    && (!known.isLive() || acked.contains(known.identity())));
  }

  private void open(Publish publish, long now) {
    CoordinatorEpoch publisher = publish.publisher();
    outbox.persist(
        new RoundOpened(
            state.catalog().concluded() + 1,
            publisher.coordinatorId(),
            publisher.epoch(),
            publish.number()));
    ready = false;
    acked.clear();
    announce(now);
  }

  private void close(boolean changed, long now) {
    outbox.persist(new RoundClosed(state.catalog().open(), changed));
    announce(now);
  }

  private void announce(long now) {
    resendAt = now + RESEND_NANOS;
    Catalog message = new Catalog(state.catalog());
    for (Registration known : state.coordinators()) {
      if (known.isLive()) {
        links.sendToCoordinator(known.coordinatorId(), message);
      }
    }
  }

  private void sendReady() {
    state
        .openRound()
        .ifPresent(
            round ->
                links.sendToCoordinator(
                    round.publisher().coordinatorId(),
                    new PublishReady(round.publish(), round.version())));
  }

  private boolean isOpen(Publish publish) {
    Optional<Publish> open =
        state.openRound().map(round -> new Publish(round.publisher(), round.publish()));
    return open.equals(Optional.of(publish));
  }

  private boolean isLive(CoordinatorEpoch epoch) {
    return state
        .coordinator(epoch.coordinatorId())
        .filter(known -> known.isLive(epoch.epoch()))
        .isPresent();
  }

  private boolean isFenced(CoordinatorEpoch epoch) {
    return state
        .coordinator(epoch.coordinatorId())
        .filter(known -> known.fencedThrough() >= epoch.epoch())
        .isPresent();
  }

  /** A late copy of the request must not begin the publish again. */
  private void remember(Publish publish) {
    ended.add(publish);
    if (ended.size() > MAX_REMEMBERED) {
      ended.removeFirst();
    }
  }

  private record Publish(CoordinatorEpoch publisher, long number) {}
}
