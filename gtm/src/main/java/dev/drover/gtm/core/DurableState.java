package dev.drover.gtm.core;

import dev.drover.gtm.core.GtmRecord.EpochEnded;
import dev.drover.gtm.core.GtmRecord.EpochFenced;
import dev.drover.gtm.core.GtmRecord.EpochGranted;
import dev.drover.gtm.core.GtmRecord.GxidsLeased;
import dev.drover.gtm.core.GtmRecord.RoundClosed;
import dev.drover.gtm.core.GtmRecord.RoundOpened;
import dev.drover.gtm.core.GtmRecord.Started;
import dev.drover.gtm.protocol.CatalogState;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The part of the GTM's state that outlives it.
 *
 * <p>Invariant: it changes only by {@link #apply}, by the same records live and at recovery.
 *
 * <p>Threads: confined to one.
 */
public final class DurableState {
  private static final long FIRST_GXID = 1;

  private final Map<Integer, Registration> coordinators = new TreeMap<>();
  private final Map<String, Integer> idOfName = new HashMap<>();
  private long boot;
  private long nextGxid = FIRST_GXID;
  private long lastEpoch;
  private long current;
  private long concluded;
  private Optional<OpenRound> open = Optional.empty();

  public void apply(GtmRecord record) {
    switch (record) {
      case Started(long started) -> boot = rising(boot, started);
      case GxidsLeased(long toExclusive) -> nextGxid = rising(nextGxid, toExclusive);
      case EpochGranted granted -> granted(granted);
      case EpochEnded(int id, long epoch) -> coordinators.put(id, known(id).ended(epoch));
      case EpochFenced(int id, long epoch) -> coordinators.put(id, known(id).fenced(epoch));
      case RoundOpened opened -> opened(opened);
      case RoundClosed(long version, boolean changed) -> closed(version, changed);
    }
  }

  /** Records that make this state from nothing. */
  public List<GtmRecord> snapshot() {
    List<GtmRecord> records = new ArrayList<>();
    records.add(new Started(boot));
    records.add(new GxidsLeased(nextGxid));
    for (Registration known : coordinators.values()) {
      int id = known.coordinatorId();
      records.add(known.newest());
      records.add(new EpochEnded(id, known.endedThrough()));
      records.add(new EpochFenced(id, known.fencedThrough()));
    }
    records.add(new RoundClosed(current, true));
    records.add(new RoundClosed(concluded, false));
    open.ifPresent(
        round ->
            records.add(
                new RoundOpened(
                    round.version(),
                    round.publisher().coordinatorId(),
                    round.publisher().epoch(),
                    round.publish())));
    return records;
  }

  long boot() {
    return boot;
  }

  long nextGxid() {
    return nextGxid;
  }

  long lastEpoch() {
    return lastEpoch;
  }

  int lastCoordinatorId() {
    return coordinators.size();
  }

  Collection<Registration> coordinators() {
    return coordinators.values();
  }

  Optional<Registration> coordinator(int id) {
    return Optional.ofNullable(coordinators.get(id));
  }

  Optional<Registration> coordinator(String name) {
    return Optional.ofNullable(idOfName.get(name)).map(coordinators::get);
  }

  CatalogState catalog() {
    return new CatalogState(
        current, concluded, open.map(OpenRound::version).orElse(CatalogState.NONE));
  }

  Optional<OpenRound> openRound() {
    return open;
  }

  private void granted(EpochGranted granted) {
    int id = granted.coordinatorId();
    Registration known = coordinators.get(id);
    coordinators.put(id, known == null ? Registration.first(granted) : known.renewed(granted));
    idOfName.put(granted.name(), id);
    lastEpoch = Math.max(lastEpoch, granted.epoch());
  }

  private void opened(RoundOpened opened) {
    if (open.isPresent() || opened.version() <= concluded) {
      throw new IllegalStateException("a round cannot open now: " + opened);
    }
    CoordinatorEpoch publisher = new CoordinatorEpoch(opened.coordinatorId(), opened.epoch());
    open = Optional.of(new OpenRound(opened.version(), publisher, opened.publish()));
  }

  private void closed(long version, boolean changed) {
    open = Optional.empty();
    concluded = rising(concluded, version);
    if (changed) {
      current = version;
    }
  }

  private Registration known(int id) {
    return coordinator(id)
        .orElseThrow(() -> new IllegalStateException("no coordinator has number " + id));
  }

  private static long rising(long before, long after) {
    if (after < before) {
      throw new IllegalStateException("a high-water mark fell from " + before + " to " + after);
    }
    return after;
  }
}
