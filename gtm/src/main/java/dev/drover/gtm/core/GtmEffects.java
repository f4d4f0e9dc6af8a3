package dev.drover.gtm.core;

import java.util.List;

/**
 * The outcome of a step.
 *
 * @param records to be made durable, in order, before any effect is carried out
 */
public record GtmEffects(List<GtmRecord> records, List<GtmEffect> effects) {
  public GtmEffects {
    records = List.copyOf(records);
    effects = List.copyOf(effects);
  }
}
