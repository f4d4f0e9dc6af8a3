package dev.drover.coordinator.change;

import dev.drover.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Takes rows that say what has changed.
 *
 * <p>Threads: confined to the session's event loop.
 */
interface ChangeSink {
  /** Whole DataRow frames; the caller keeps the buffer. */
  void take(ByteBuf run);

  /** Told when something was answered. */
  void whenProgress(Runnable progress);

  /** False when it should get no more for now. */
  boolean writable();

  /** There are no more rows. */
  void finish();

  /** Answers are owed. */
  boolean outstanding();

  /** What a node said to one of the changes. */
  Optional<ErrorFields> error();
}
