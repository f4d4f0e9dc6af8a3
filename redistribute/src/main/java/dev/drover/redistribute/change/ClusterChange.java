package dev.drover.redistribute.change;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes what the catalog says in one transaction over Drover's metadata and the nodes: under the
 * lock of schema changes, told to all coordinators before it commits. Nobody sees a part of it.
 *
 * <p>Threads: thread-safe; calls block.
 */
@FunctionalInterface
public interface ClusterChange {
  /** Runs the work and commits. When this returns, new statements see the change everywhere. */
  Outcome run(Work work);

  /** The statements of the transaction; whatever it throws rolls it back. */
  @FunctionalInterface
  interface Work {
    void run(Parts parts);
  }

  /** The transaction's connections, all of the role {@code drover}; each joins when first used. */
  interface Parts {
    /** On Drover's own connection to the catalog node. */
    List<List<Optional<String>>> metadata(String sql);

    /** On a node; 0 is the catalog node. */
    List<List<Optional<String>>> on(int node, String sql);

    /** On several nodes at once. */
    void onEach(Map<Integer, String> sqlByNode);
  }

  /** How it went. */
  sealed interface Outcome {
    /** It is done. */
    record Committed() implements Outcome {}

    /** Nothing has changed. */
    record RolledBack(String sqlState, String message) implements Outcome {}

    /** Resolvers finish it one way or the other. */
    record Unknown(String message) implements Outcome {}
  }
}
