package dev.drover.coordinator.txn;

import dev.drover.pgwire.ErrorFields;
import java.util.Optional;

/** Told once how a piece of work over several connections ended. */
public interface Completion {
  /** Empty when it succeeded; else the error that the client is shown. */
  void complete(Optional<ErrorFields> error);
}
