package dev.drover.gtm.core;

import dev.drover.gtm.protocol.GtmMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what one step persists and does; a record takes effect in the state at once.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class Outbox {
  private final DurableState state;
  private List<GtmRecord> records = new ArrayList<>();
  private List<GtmEffect> effects = new ArrayList<>();

  Outbox(DurableState state) {
    this.state = state;
  }

  void persist(GtmRecord record) {
    state.apply(record);
    records.add(record);
  }

  void send(long connection, GtmMessage.FromGtm message) {
    effects.add(new GtmEffect.Send(connection, message));
  }

  void add(GtmEffect effect) {
    effects.add(effect);
  }

  /** Everything since the last call. */
  GtmEffects take() {
    GtmEffects taken = new GtmEffects(records, effects);
    records = new ArrayList<>();
    effects = new ArrayList<>();
    return taken;
  }
}
