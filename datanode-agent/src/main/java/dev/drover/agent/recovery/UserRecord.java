package dev.drover.agent.recovery;

import java.util.List;
import java.util.Optional;

/**
 * The catalog node's row for a transaction that a client has prepared.
 *
 * @param nodes where its parts are
 * @param lastNodes those whose parts commit after all others: primaries of replicated tables
 * @param verdict empty until a client has decided
 */
public record UserRecord(
    UserTransaction transaction,
    List<Integer> nodes,
    List<Integer> lastNodes,
    Optional<Verdict> verdict) {
  /** What a client decided, and the life that was to carry it out. */
  public record Verdict(boolean isCommit, CoordinatorLife decider) {}

  public UserRecord {
    nodes = List.copyOf(nodes);
    lastNodes = List.copyOf(lastNodes);
  }
}
