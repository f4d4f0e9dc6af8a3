package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CatalogState;
import dev.drover.gtm.protocol.GtmMessage.CatalogStaleAck;
import java.util.Optional;

/**
 * What one epoch of a coordinator knows of the catalog's versions.
 *
 * <p>Invariant: states are announced in their order, each once; an ack is repeated for as long as
 * the GTM repeats the state it belongs to.
 *
 * <p>Threads: confined to the owning {@link ClientCore}.
 */
final class CatalogView {
  private final long epoch;
  private CatalogState seen;
  private long ackedVersion;

  CatalogView(long epoch, CatalogState seen) {
    this.epoch = epoch;
    this.seen = seen;
  }

  /** What the coordinator has to be told first of all. */
  ClientEffect announcement() {
    return seen.isOpen()
        ? new ClientEffect.CatalogStale(seen.open(), epoch)
        : new ClientEffect.CatalogCurrent(seen.current());
  }

  /** What the coordinator, or the GTM, has to be told when it hears of this state. */
  Optional<ClientEffect> heard(CatalogState state) {
    if (state.isLaterThan(seen)) {
      seen = state;
      return Optional.of(announcement());
    }
    if (state.equals(seen) && state.isOpen() && ackedVersion >= state.open()) {
      return Optional.of(ack(state.open()));
    }
    return Optional.empty();
  }

  /** The coordinator has put older catalogs aside; empty if that round is over. */
  Optional<ClientEffect> acked(long version) {
    if (version != seen.open()) {
      return Optional.empty();
    }
    ackedVersion = version;
    return Optional.of(ack(version));
  }

  private ClientEffect ack(long version) {
    return new ClientEffect.Send(new CatalogStaleAck(version, epoch));
  }
}
