package dev.drover.redistribute.change;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Changes what the catalog says in one transaction over Drover's metadata and the nodes: under the
 * lock of schema changes, told to all coordinators before it commits. Nobody sees a part of it.
 *
 * <p>Threads: thread-safe; calls block.
 */
@FunctionalInterface
public interface ClusterChange {
  /** Runs the work and commits. When this returns, new statements see the change everywhere. */
  Outcome run(Work work) throws SQLException;

  /** The statements of the transaction; whatever it throws rolls it back. */
  @FunctionalInterface
  interface Work {
    void run(Parts parts) throws SQLException;
  }

  /** The transaction's connections, all of the role {@code drover}; each joins when first used. */
  interface Parts {
    /** On Drover's own connection to the catalog node. */
    List<List<Optional<String>>> metadata(String sql);

    /** On a node; 0 is the catalog node. */
    List<List<Optional<String>>> on(int node, String sql);

    /** On several nodes at once. */
    void onEach(Map<Integer, String> sqlByNode);

    /**
     * Sends a statement to a node that has joined, behind those that were sent before, and does not
     * wait for the answer.
     */
    Answer send(int node, String sql);

    /** As {@link #send}, on Drover's own connection to the catalog node. */
    Answer sendMetadata(String sql);

    /** Statements that wait for the transaction's locks will be planned anew. */
    void rowsMove();

    /**
     * Tells all coordinators now that the catalog changes, and not only when the work is done: they
     * begin no statements from here on. For who has little left to wait for.
     */
    void announce();

    /** Nothing changes but the owners of slots: nobody needs to read the whole catalog again. */
    void onlySlotsMove();
  }

  /** What a statement answers; to be asked for, since its error is told there. */
  @FunctionalInterface
  interface Answer {
    List<List<Optional<String>>> rows();
  }

  /** How it went. */
  sealed interface Outcome {
    /** It is done. */
    record Committed() implements Outcome {}

    /** Nothing has changed. */
    record RolledBack(String sqlState, String message) implements Outcome {
      /** A lock, a deadlock, a cancelled statement, a coordinator or server that is not ready. */
      private static final Set<String> PASSING =
          Set.of("55P03", "40P01", "40001", "57014", "57P03", "53300");

      /** Whether another attempt may succeed. */
      public boolean mayPass() {
        return PASSING.contains(sqlState);
      }
    }

    /** Resolvers finish it one way or the other. */
    record Unknown(String message) implements Outcome {}
  }
}
