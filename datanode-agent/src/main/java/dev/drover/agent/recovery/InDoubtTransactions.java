package dev.drover.agent.recovery;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes single transactions, whose coordinator has been shut out at the nodes concerned.
 *
 * <p>Threads: confined to the resolver's thread.
 */
final class InDoubtTransactions {
  private static final Logger LOG = LoggerFactory.getLogger(InDoubtTransactions.class);

  private final NodeSessions sessions;

  InDoubtTransactions(NodeSessions sessions) {
    this.sessions = sessions;
  }

  /**
   * Does what can be done now; the next sweep looks again.
   *
   * @param fenced the nodes where the coordinator is shut out; only what these say will stay so
   */
  void finish(GlobalTransaction transaction, Set<Integer> fenced) {
    Map<Participant, ParticipantState> states = states(transaction, fenced);
    Decision decision = Decision.of(transaction.certified(), states);
    LOG.info("event=in_doubt gxid={} states={} decision={}", transaction.gxid(), states, decision);
    switch (decision) {
      case Decision.Commit(List<Participant> prepared) -> {
        endAll(transaction, prepared, true);
        commitLast(transaction, fenced);
      }
      case Decision.Rollback(List<Participant> absent, List<Participant> prepared) -> {
        if (isExcluded(transaction, absent)) {
          endAll(transaction, prepared, false);
        }
      }
      case Decision.Wait() -> askOperator(transaction, states);
    }
  }

  /** The primaries of replicated tables, if all copies are done now. */
  private void commitLast(GlobalTransaction transaction, Set<Integer> fenced) {
    boolean hasLast = transaction.participants().stream().anyMatch(Participant::commitsLast);
    if (hasLast
        && Decision.of(transaction.certified(), states(transaction, fenced))
            instanceof Decision.Commit(List<Participant> prepared)) {
      List<Participant> last = prepared.stream().filter(Participant::commitsLast).toList();
      endAll(transaction, last, true);
    }
  }

  /** Of nodes that are not among the trusted ones nothing is said. */
  Map<Participant, ParticipantState> states(GlobalTransaction transaction, Set<Integer> trusted) {
    Map<Participant, ParticipantState> states = new TreeMap<>();
    for (Participant participant : transaction.participants()) {
      boolean isTrusted = trusted.contains(participant.node());
      states.put(
          participant, isTrusted ? state(transaction, participant) : ParticipantState.UNKNOWN);
    }
    return states;
  }

  /** What one part does, the others follow, by what the servers then know. */
  private void askOperator(
      GlobalTransaction transaction, Map<Participant, ParticipantState> states) {
    Optional<Boolean> resolution =
        sessions
            .tryAt(NodeEndpoint.CATALOG, session -> session.resolution(transaction))
            .flatMap(found -> found);
    if (resolution.isEmpty()) {
      LOG.info("event=in_doubt_waits gxid={} states={}", transaction.gxid(), states);
      return;
    }
    LOG.warn(
        "event=in_doubt_resolved_by_operator gid={} commit={} states={}",
        transaction.gid(),
        resolution.get(),
        states);
    List<Participant> prepared =
        transaction.participants().stream()
            .filter(p -> states.get(p) == ParticipantState.PREPARED)
            .toList();
    endAll(transaction, prepared, resolution.get());
  }

  private ParticipantState state(GlobalTransaction transaction, Participant participant) {
    return sessions
        .tryAt(participant.node(), session -> session.state(transaction, participant))
        .orElse(ParticipantState.UNKNOWN);
  }

  /**
   * Whether a commit is ruled out: by tombstones now, or by what stood there before (none absent).
   * Anything unexpected is looked at again in the next sweep.
   */
  private boolean isExcluded(GlobalTransaction transaction, List<Participant> absent) {
    for (Participant participant : absent) {
      Optional<Boolean> placed =
          sessions.tryAt(
              participant.node(), session -> session.putTombstone(transaction, participant));
      if (placed.filter(Boolean::booleanValue).isEmpty()) {
        LOG.info("event=no_tombstone gxid={} participant={}", transaction.gxid(), participant);
        return false;
      }
    }
    return true;
  }

  private void endAll(GlobalTransaction transaction, List<Participant> prepared, boolean isCommit) {
    for (Participant participant : prepared) {
      String gid = transaction.gid(participant);
      Optional<Boolean> done =
          sessions.tryAt(participant.node(), session -> session.finish(gid, isCommit));
      LOG.info(
          "event=in_doubt_finished gid={} node={} commit={} reached={}",
          gid,
          participant.node(),
          isCommit,
          done.isPresent());
    }
  }
}
