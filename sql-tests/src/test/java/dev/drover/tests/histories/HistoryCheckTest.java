package dev.drover.tests.histories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.histories.HistoryCheck.Level;
import dev.drover.tests.histories.Observed.Outcome;
import dev.drover.tests.histories.Observed.Step;
import dev.drover.tests.histories.Observed.Step.Append;
import dev.drover.tests.histories.Observed.Step.Read;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryCheckTest {
  private static final int X = 1;
  private static final int Y = 2;

  @Test
  void whatRanInTurnIsRight() {
    List<Observed> history =
        List.of(
            at(1, 0, 1, append(X, 1), append(Y, 2)),
            at(2, 2, 3, read(X, 1), read(Y, 2), append(X, 3), read(X, 1, 3)),
            at(3, 4, 5, read(X, 1, 3), read(Y, 2)));
    assertThat(problems(Level.SERIALIZABLE, history)).isEmpty();
    assertThat(problems(Level.SNAPSHOT, history)).isEmpty();
  }

  @Test
  void writeSkewIsAllowedToSnapshotsOnly() {
    List<Observed> history =
        List.of(
            at(1, 0, 10, read(X), read(Y), append(X, 1)),
            at(2, 0, 10, read(X), read(Y), append(Y, 2)),
            at(3, 11, 12, read(X, 1), read(Y, 2)));
    assertThat(problems(Level.SERIALIZABLE, history)).singleElement().asString().contains("-rw->");
    assertThat(problems(Level.SNAPSHOT, history)).isEmpty();
  }

  @Test
  void fracturedReadsAreFound() {
    List<Observed> history =
        List.of(
            at(1, 0, 10, append(X, 1), append(Y, 2)),
            at(2, 0, 10, read(X, 1), read(Y)),
            at(3, 11, 12, read(X, 1), read(Y, 2)));
    assertThat(problems(Level.SNAPSHOT, history)).isNotEmpty();
  }

  @Test
  void lostUpdatesAreFound() {
    List<Observed> history =
        List.of(
            at(1, 0, 10, read(X), append(X, 1)),
            at(2, 0, 10, read(X), append(X, 2)),
            at(3, 11, 12, read(X, 1, 2)));
    assertThat(problems(Level.SNAPSHOT, history)).isNotEmpty();
  }

  @Test
  void longForksAreFound() {
    List<Observed> history =
        List.of(
            at(1, 0, 10, append(X, 1)),
            at(2, 0, 10, append(Y, 2)),
            at(3, 0, 10, read(X, 1), read(Y)),
            at(4, 0, 10, read(X), read(Y, 2)),
            at(5, 11, 12, read(X, 1), read(Y, 2)));
    assertThat(problems(Level.SNAPSHOT, history)).isNotEmpty();
  }

  @Test
  void whoComesLaterSeesWhatWasAcknowledged() {
    List<Observed> history =
        List.of(at(1, 0, 1, append(X, 1)), at(2, 2, 3, read(X)), at(3, 4, 5, read(X, 1), read(Y)));
    assertThat(problems(Level.SNAPSHOT, history)).singleElement().asString().contains("-rt->");
  }

  @Test
  void whatWasRolledBackIsNotSeen() {
    Observed aborted = new Observed(1, List.of(append(X, 1)), Outcome.ABORTED, 0, 1);
    assertThat(problems(Level.SNAPSHOT, List.of(aborted, at(2, 0, 1, read(X, 1))))).isNotEmpty();
  }

  @Test
  void partsOfTransactionsAreNotSeen() {
    List<Observed> history =
        List.of(
            at(1, 0, 10, append(X, 1), append(X, 2)),
            at(2, 0, 10, read(X, 1)),
            at(3, 11, 12, read(X, 1, 2)));
    assertThat(problems(Level.SNAPSHOT, history)).isNotEmpty();
  }

  @Test
  void whatNobodySeesAgainIsLost() {
    assertThat(problems(Level.SNAPSHOT, List.of(at(1, 0, 1, append(X, 1)), at(2, 0, 1, read(X)))))
        .isNotEmpty();
  }

  /** Of whom no answer came, what is seen has happened, at an unknown time. */
  @Test
  void unknownOutcomesFollowFromWhatIsSeen() {
    Observed unknown = new Observed(1, List.of(append(X, 1)), Outcome.UNKNOWN, 0, 1);
    List<Observed> history = List.of(unknown, at(2, 2, 3, read(X)), at(3, 4, 5, read(X, 1)));
    assertThat(problems(Level.SERIALIZABLE, history)).isEmpty();
    assertThat(problems(Level.SERIALIZABLE, List.of(unknown, at(2, 2, 3, read(X))))).isEmpty();
  }

  private static List<String> problems(Level level, List<Observed> history) {
    return new HistoryCheck(history).problems(level);
  }

  private static Observed at(int number, long began, long ended, Step... steps) {
    return new Observed(number, List.of(steps), Outcome.COMMITTED, began, ended);
  }

  private static Step append(int key, int value) {
    return new Append(key, value);
  }

  private static Step read(int key, Integer... values) {
    return new Read(key, Arrays.asList(values));
  }
}
