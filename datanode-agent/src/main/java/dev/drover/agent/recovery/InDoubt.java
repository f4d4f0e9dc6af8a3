package dev.drover.agent.recovery;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A transaction that is prepared for longer than it should be, as a sweep sees it.
 *
 * @param age how long its oldest part has been prepared
 */
public record InDoubt(
    GlobalTransaction transaction,
    Duration age,
    boolean coordinatorLives,
    Map<Participant, ParticipantState> states) {
  public InDoubt {
    states = new TreeMap<>(states);
  }

  /** Its rows in the table that operators look at, as SQL. */
  List<String> rows() {
    boolean waits = Decision.of(transaction.certified(), states) instanceof Decision.Wait;
    return states.entrySet().stream()
        .map(
            part ->
                "(%d, '%s', '%s', '%s', clock_timestamp() - %d * interval '1 ms', %d, %d, %b, %b)"
                    .formatted(
                        transaction.gxid(),
                        transaction.gid(),
                        part.getKey(),
                        part.getValue().name().toLowerCase(Locale.ROOT),
                        age.toMillis(),
                        transaction.coordinator().id(),
                        transaction.coordinator().epoch(),
                        coordinatorLives,
                        waits))
        .toList();
  }
}
