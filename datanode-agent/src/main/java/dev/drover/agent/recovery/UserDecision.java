package dev.drover.agent.recovery;

import java.util.List;
import java.util.Map;

/**
 * What is to be done next for a transaction that a client prepares.
 *
 * <p>Its row on the catalog node is written when all parts are prepared, and belongs to the client
 * until the client decides:
 *
 * <pre>
 * row                  parts                                    decision
 * -------------------  ---------------------------------------  --------------------------------
 * none, and none can   prepared                                 Finish: roll these back
 *   come any more      none prepared                            Done
 * undecided            any                                      Keep
 * ROLLBACK             prepared                                 Finish: roll these back
 *                      none prepared, some unknown              Wait
 *                      all absent                               Done
 * COMMIT               first ones prepared                      Finish: commit these
 *                      no first one prepared, some unknown      Wait
 *                      first ones absent, last ones prepared    Finish: commit these
 *                      no last one prepared, some unknown       Wait
 *                      all absent                               Done
 * </pre>
 */
sealed interface UserDecision {
  /** Only a client may decide, however long it takes. */
  record Keep() implements UserDecision {}

  /** A server that cannot be asked has to be back first. */
  record Wait() implements UserDecision {}

  /** COMMIT PREPARED or ROLLBACK PREPARED on these nodes; then it is looked at again. */
  record Finish(boolean isCommit, List<Integer> nodes) implements UserDecision {
    public Finish {
      nodes = List.copyOf(nodes);
    }
  }

  /** No part is left: the row, if there is one, can go. */
  record Done() implements UserDecision {}

  /** Of a transaction without a row, whose coordinator can write none any more. */
  static UserDecision withoutRow(Map<Integer, ParticipantState> parts) {
    List<Integer> prepared = prepared(parts, List.copyOf(parts.keySet()));
    return prepared.isEmpty() ? new Done() : new Finish(false, prepared);
  }

  static UserDecision of(UserRecord row, Map<Integer, ParticipantState> parts) {
    if (row.verdict().isEmpty()) {
      return new Keep();
    }
    if (!row.verdict().get().isCommit()) {
      return step(false, row.nodes(), parts);
    }
    List<Integer> first = row.nodes().stream().filter(n -> !row.lastNodes().contains(n)).toList();
    UserDecision next = step(true, first, parts);
    return next instanceof Done ? step(true, row.lastNodes(), parts) : next;
  }

  private static UserDecision step(
      boolean isCommit, List<Integer> nodes, Map<Integer, ParticipantState> parts) {
    List<Integer> prepared = prepared(parts, nodes);
    if (!prepared.isEmpty()) {
      return new Finish(isCommit, prepared);
    }
    boolean isKnown = nodes.stream().allMatch(n -> parts.get(n) == ParticipantState.ABSENT);
    return isKnown ? new Done() : new Wait();
  }

  private static List<Integer> prepared(Map<Integer, ParticipantState> parts, List<Integer> nodes) {
    return nodes.stream().filter(n -> parts.get(n) == ParticipantState.PREPARED).sorted().toList();
  }
}
