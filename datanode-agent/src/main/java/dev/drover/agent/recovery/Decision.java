package dev.drover.agent.recovery;

import java.util.List;
import java.util.Map;

/**
 * What is to become of a transaction whose coordinator is gone.
 *
 * <p>A coordinator commits a part only after all parts are prepared, so:
 *
 * <pre>
 * states of the participants                  decision
 * ------------------------------------------  ------------------------------------------------
 * some COMMITTED                              Commit what is prepared
 * else some EXCLUDED                          Rollback what is prepared
 * else some ABSENT                            Rollback, after a tombstone where it is absent
 * else some UNKNOWN                           Wait
 * all PREPARED, certified                     Rollback all
 * all PREPARED                                Commit all
 * </pre>
 *
 * <p>Of a certified transaction no client has been told that it is committed before one part was.
 *
 * <p>A primary of a replicated table is committed only after all others are.
 */
public sealed interface Decision {
  /** COMMIT PREPARED at these; afterwards, primaries that had to wait may follow. */
  record Commit(List<Participant> prepared) implements Decision {
    public Commit {
      prepared = List.copyOf(prepared);
    }
  }

  /** Put a tombstone at the absent ones first; one of them suffices to exclude a commit. */
  record Rollback(List<Participant> absent, List<Participant> prepared) implements Decision {
    public Rollback {
      absent = List.copyOf(absent);
      prepared = List.copyOf(prepared);
    }
  }

  /** The servers that can be asked do not know enough. */
  record Wait() implements Decision {}

  /** The decision for these states. */
  static Decision of(boolean certified, Map<Participant, ParticipantState> states) {
    List<Participant> prepared = in(states, ParticipantState.PREPARED);
    if (states.containsValue(ParticipantState.COMMITTED)) {
      return new Commit(next(states, prepared));
    }
    if (states.containsValue(ParticipantState.EXCLUDED)) {
      return new Rollback(List.of(), prepared);
    }
    if (states.containsValue(ParticipantState.ABSENT)) {
      return new Rollback(in(states, ParticipantState.ABSENT), prepared);
    }
    if (states.containsValue(ParticipantState.UNKNOWN)) {
      return new Wait();
    }
    return certified ? new Rollback(List.of(), prepared) : new Commit(next(states, prepared));
  }

  /** Primaries wait for the copies, also for those that cannot be asked. */
  private static List<Participant> next(
      Map<Participant, ParticipantState> states, List<Participant> prepared) {
    boolean isReady =
        states.entrySet().stream()
            .filter(entry -> !entry.getKey().commitsLast())
            .allMatch(entry -> entry.getValue() == ParticipantState.COMMITTED);
    return isReady ? prepared : prepared.stream().filter(part -> !part.commitsLast()).toList();
  }

  private static List<Participant> in(
      Map<Participant, ParticipantState> states, ParticipantState state) {
    return states.entrySet().stream()
        .filter(entry -> entry.getValue() == state)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
