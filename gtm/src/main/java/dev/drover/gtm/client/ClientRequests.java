package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The requests of a client that have no answer yet; each is sent again until it has one.
 *
 * <p>Threads: confined to the owning {@link ClientCore}.
 */
final class ClientRequests {
  private static final int MAX_PENDING = 10_000;

  private final long retryNanos;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private final Set<Long> publishes = new HashSet<>();

  ClientRequests(long retryNanos) {
    this.retryNanos = retryNanos;
  }

  /** Only one range is asked for at a time. */
  void needGxids(long request) {
    boolean asked = pending.values().stream().anyMatch(entry -> entry.ask instanceof Ask.Gxids);
    if (!asked) {
      add(request, new Ask.Gxids());
    }
  }

  boolean askLive(long request) {
    return add(request, new Ask.Live());
  }

  boolean fenced(long request, CoordinatorEpoch epoch) {
    return add(request, new Ask.Fenced(epoch));
  }

  boolean publish(long request) {
    return add(request, new Ask.Begin()) && publishes.add(request);
  }

  /** False if the publish is not of this epoch. */
  boolean endPublish(long request, boolean changed) {
    return publishes.contains(request) && add(request, new Ask.End(changed));
  }

  void release(long request) {
    add(request, new Ask.Release());
  }

  /** Takes the request out; false if it was not waiting. */
  boolean complete(long request) {
    Pending completed = pending.remove(request);
    if (completed != null && completed.ask instanceof Ask.End) {
      publishes.remove(request);
    }
    return completed != null;
  }

  /** A publish that was ended before it was ready is not begun by a late answer. */
  boolean completeBegin(long request) {
    Pending begun = pending.get(request);
    return begun != null && begun.ask instanceof Ask.Begin && complete(request);
  }

  /** What becomes of the requests that only the ended epoch could make. */
  List<ClientEffect> endOfEpoch() {
    List<ClientEffect> ends = new ArrayList<>();
    pending.forEach(
        (request, entry) -> {
          switch (entry.ask) {
            case Ask.Begin _, Ask.End _ ->
                ends.add(new ClientEffect.Failed(request, "the coordinator lost its lease"));
            case Ask.Release _ -> ends.add(new ClientEffect.Completed(request));
            case Ask.Gxids _, Ask.Live _, Ask.Fenced _ -> {}
          }
        });
    pending.values().removeIf(entry -> entry.ask.endsWithEpoch());
    publishes.clear();
    return ends;
  }

  /** All are to be sent again at once, on a new connection or under a new epoch. */
  void forgetSends() {
    pending.values().forEach(entry -> entry.isSent = false);
  }

  /** The messages whose turn it is. */
  List<GtmMessage.FromClient> due(long epoch, long now) {
    List<GtmMessage.FromClient> due = new ArrayList<>();
    pending.forEach(
        (request, entry) -> {
          boolean isTime = !entry.isSent || now - entry.sentAt >= retryNanos;
          if (isTime && (epoch != 0 || !entry.ask.needsEpoch())) {
            entry.isSent = true;
            entry.sentAt = now;
            due.add(entry.ask.message(request, epoch));
          }
        });
    return due;
  }

  private boolean add(long request, Ask ask) {
    if (pending.size() >= MAX_PENDING) {
      return false;
    }
    pending.put(request, new Pending(ask));
    return true;
  }

  private static final class Pending {
    private final Ask ask;
    private boolean isSent;
    private long sentAt;

    Pending(Ask ask) {
      this.ask = ask;
    }
  }

  private sealed interface Ask {
    record Gxids() implements Ask {}

    record Live() implements Ask {}

    record Fenced(CoordinatorEpoch epoch) implements Ask {}

    record Begin() implements Ask {}

    record End(boolean changed) implements Ask {}

    record Release() implements Ask {}

    default boolean needsEpoch() {
      return switch (this) {
        case Gxids _, Begin _, End _, Release _ -> true;
        case Live _, Fenced _ -> false;
      };
    }

    default boolean endsWithEpoch() {
      return switch (this) {
        case Begin _, End _, Release _ -> true;
        case Gxids _, Live _, Fenced _ -> false;
      };
    }

    default GtmMessage.FromClient message(long request, long epoch) {
      return switch (this) {
        case Gxids() -> new GtmMessage.LeaseGxids(request, epoch);
        case Live() -> new GtmMessage.ListLive(request);
        case Fenced(CoordinatorEpoch fenced) -> new GtmMessage.Fenced(request, fenced);
        case Begin() -> new GtmMessage.PublishBegin(request, epoch);
        case End(boolean changed) -> new GtmMessage.PublishEnd(request, epoch, changed);
        case Release() -> new GtmMessage.Release(request, epoch);
      };
    }
  }
}
