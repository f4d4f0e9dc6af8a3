package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.core.GtmFigures;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What the core's thread drives: a core and where its state is kept.
 *
 * <p>Threads: confined to the core's thread.
 */
interface Engine extends AutoCloseable {
  void start() throws IOException;

  /** Takes what has come in; nothing is sent before what it depends on is durable. */
  void take(List<GtmEvent> batch) throws IOException;

  /** By then a {@link GtmEvent.Tick} should come; the given time if nothing is due before. */
  long deadline(long otherwise, long now);

  /** Of the active GTM; empty while it stands by. */
  Optional<GtmFigures> figures();

  @Override
  void close() throws IOException;
}
