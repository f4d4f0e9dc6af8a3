package dev.drover.agent.recovery;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what coordinators left half done of transactions that clients prepare: a PREPARE that
 * nobody was told of, and a decision that has not reached all parts. What is prepared and undecided
 * is the client's.
 *
 * <p>Threads: confined to the resolver's thread.
 */
final class UserTransactions {
  private static final Logger LOG = LoggerFactory.getLogger(UserTransactions.class);

  /** Of a commit: the first parts, the last ones, and the row. */
  private static final int MAX_STEPS = 3;

  private final NodeSessions sessions;

  UserTransactions(NodeSessions sessions) {
    this.sessions = sessions;
  }

  /**
   * What there is.
   *
   * @param parts by node, as far as nodes can be asked
   * @param isComplete every node could be asked
   */
  record Found(
      Map<Integer, List<UserTransaction>> parts,
      Map<UserTransaction, UserRecord> rows,
      boolean isComplete) {
    /** Lives that, should they be dead, have left something half done. */
    Set<CoordinatorLife> responsible() {
      Set<CoordinatorLife> lives = new HashSet<>();
      withoutRow().stream().map(UserTransaction::coordinator).forEach(lives::add);
      rows.values().forEach(row -> row.verdict().ifPresent(v -> lives.add(v.decider())));
      return lives;
    }

    Set<UserTransaction> withoutRow() {
      return parts.values().stream()
          .flatMap(List::stream)
          .filter(transaction -> !rows.containsKey(transaction))
          .collect(Collectors.toSet());
    }
  }

  /** Parts first: one whose row comes in between is not taken for one without. */
  Found list() {
    Map<Integer, List<UserTransaction>> parts = new HashMap<>();
    for (int node : sessions.nodes()) {
      sessions.tryAt(node, NodeSession::userTransactions).ifPresent(p -> parts.put(node, p));
    }
    Optional<List<UserRecord>> records =
        sessions.tryAt(NodeEndpoint.CATALOG, NodeSession::userRecords);
    if (records.isEmpty()) {
      return new Found(Map.of(), Map.of(), false);
    }
    Map<UserTransaction, UserRecord> rows = new HashMap<>();
    records.get().forEach(row -> rows.put(row.transaction(), row));
    return new Found(parts, rows, parts.keySet().containsAll(sessions.nodes()));
  }

  /**
   * Does what can be done now.
   *
   * @param isShutOut whether a life is fenced on the catalog node, so that it can neither record
   *     nor decide anything any more
   */
  void finish(Predicate<CoordinatorLife> isShutOut) {
    Found found = list();
    found.withoutRow().stream()
        .filter(transaction -> isShutOut.test(transaction.coordinator()))
        .forEach(this::rollBack);
    found.rows().values().stream()
        .filter(row -> row.verdict().isPresent())
        .forEach(row -> finish(row, isShutOut.test(row.verdict().get().decider())));
  }

  private void rollBack(UserTransaction transaction) {
    if (UserDecision.withoutRow(states(transaction, sessions.nodes()))
        instanceof UserDecision.Finish finish) {
      carryOut(transaction, finish);
    }
  }

  /** While the decider lives it does the rest itself; only a useless row is deleted for it. */
  private void finish(UserRecord row, boolean isDeciderShutOut) {
    for (int step = 0; step < MAX_STEPS; step++) {
      switch (UserDecision.of(row, states(row.transaction(), row.nodes()))) {
        case UserDecision.Done() -> {
          sessions.tryAt(
              NodeEndpoint.CATALOG,
              session -> {
                session.forget(row.transaction());
                return true;
              });
          return;
        }
        case UserDecision.Finish finish when isDeciderShutOut ->
            carryOut(row.transaction(), finish);
        case UserDecision.Finish _, UserDecision.Keep _, UserDecision.Wait _ -> {
          return;
        }
      }
    }
  }

  private Map<Integer, ParticipantState> states(UserTransaction transaction, List<Integer> nodes) {
    Map<Integer, ParticipantState> states = new TreeMap<>();
    for (int node : nodes) {
      Optional<Boolean> prepared =
          sessions.tryAt(node, session -> session.isPrepared(transaction.gid()));
      states.put(
          node,
          prepared
              .map(is -> is ? ParticipantState.PREPARED : ParticipantState.ABSENT)
              .orElse(ParticipantState.UNKNOWN));
    }
    return states;
  }

  private void carryOut(UserTransaction transaction, UserDecision.Finish finish) {
    for (int node : finish.nodes()) {
      Optional<Boolean> done =
          sessions.tryAt(node, session -> session.finish(transaction.gid(), finish.isCommit()));
      LOG.info(
          "event=user_prepared_finished gid={} node={} commit={} reached={}",
          transaction.gid(),
          node,
          finish.isCommit(),
          done.isPresent());
    }
  }
}
