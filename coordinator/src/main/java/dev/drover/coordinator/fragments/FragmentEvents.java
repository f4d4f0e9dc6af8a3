package dev.drover.coordinator.fragments;

import dev.drover.pgwire.ErrorFields;

/** What the parts of a statement whose rows move tell the operator that runs it. */
interface FragmentEvents {
  /** Only the first is the statement's. */
  void failed(ErrorFields error);

  /** A connection has come to rest, or can go on. */
  void progress();
}
