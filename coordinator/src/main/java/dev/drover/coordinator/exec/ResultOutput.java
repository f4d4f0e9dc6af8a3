package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Where the rows of a statement go: to the client, or into the next step of a larger statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
public interface ResultOutput {
  /** In the simple protocol every result announces its columns. */
  void simpleRowDescription(CachedPlan cached);

  /** Whole DataRow or CopyData frames; ownership moves here. */
  void rows(ByteBuf run);

  /** Whether every row is to come in one piece, however long it is. */
  default boolean wholeFrames() {
    return false;
  }

  /** Whole frames may be appended here instead. */
  ByteBuf rowBuffer();

  void notice(ErrorFields fields);

  /** The servers have taken the statement and its parameters: what fails now fails in Execute. */
  default void bound() {}

  /** False when it should get no more for now. */
  boolean writable();

  /** False when the row limit of an Execute is reached: what still comes is kept. */
  default boolean wantsMore() {
    return true;
  }

  void flush();

  /** True for a client whose rows are converted, which takes whole rows. */
  default boolean encoded() {
    return false;
  }

  /** Once: why a row could not be given to the client. */
  default Optional<SqlError> failure() {
    return Optional.empty();
  }
}
