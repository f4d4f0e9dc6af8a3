package dev.drover.tests.generated;

import dev.drover.tests.Endpoints;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * Runs cases on both servers, one after another, each on the same rows.
 *
 * <p>Threads: confined to one.
 */
final class CaseRun implements AutoCloseable {
  private static final List<Integer> ONCE = List.of(0);
  private static final List<Integer> TWICE = List.of(0, 1);

  private final Stage drover;
  private final Stage plain;

  private CaseRun(Stage drover, Stage plain) {
    this.drover = drover;
    this.plain = plain;
  }

  static CaseRun open(Endpoints endpoints, long seed) {
    return new CaseRun(Stage.open(endpoints.drover(), seed), Stage.open(endpoints.plain(), seed));
  }

  Outcome run(Case next) {
    try {
      return inTransaction(next);
    } catch (UncheckedIOException e) {
      throw new AssertionError("connection lost or no answer: " + next, e);
    }
  }

  private Outcome inTransaction(Case next) {
    boolean isTransaction = next.transaction() != Case.Transaction.NONE;
    if (isTransaction) {
      both("BEGIN");
    }
    Outcome outcome = statements(next);
    boolean commits = next.transaction() == Case.Transaction.COMMITTED;
    if (!isTransaction) {
      return outcome;
    }
    if (!commits || !(outcome instanceof Outcome.Same)) {
      both("ROLLBACK");
      return outcome;
    }
    Outcome end = compare("COMMIT", drover.query("COMMIT"), plain.query("COMMIT"));
    Outcome tables = end instanceof Outcome.Same ? tables() : end;
    drover.reload();
    plain.reload();
    return tables instanceof Outcome.Same ? outcome : tables;
  }

  private Outcome statements(Case next) {
    int count = 0;
    int errors = 0;
    for (Part part : next.statements()) {
      List<Integer> sets = next.twice() ? TWICE : ONCE;
      List<Answer> actual = drover.play(part, next.mode(), sets);
      Optional<Answer> refusal = actual.stream().filter(Answer::isRefusal).findFirst();
      List<Answer> expected = plain.play(part, next.mode(), sets);
      if (refusal.isPresent() && expected.stream().noneMatch(Answer::isRefusal)) {
        return new Outcome.Refused(refusal.get().message());
      }
      for (int i = 0; i < sets.size(); i++) {
        String sql = Text.inline(part, sets.get(i)).sql();
        Outcome outcome = compare(sql, actual.get(i), expected.get(i));
        if (outcome instanceof Outcome.Differs) {
          return outcome;
        }
        count++;
        errors += expected.get(i).isError() ? 1 : 0;
      }
    }
    return new Outcome.Same(count, errors);
  }

  private Outcome tables() {
    for (Table table : Table.ALL) {
      String sql = "SELECT * FROM " + table.name();
      Outcome outcome = compare(sql, drover.query(sql), plain.query(sql));
      if (outcome instanceof Outcome.Differs) {
        return outcome;
      }
    }
    return new Outcome.Same(0, 0);
  }

  private static Outcome compare(String sql, Answer actual, Answer expected) {
    if (actual.agrees(expected)) {
      return new Outcome.Same(1, expected.isError() ? 1 : 0);
    }
    String description =
        "%s%n  plain server:%n    %s%n  Drover:%n    %s".formatted(sql, expected, actual);
    return new Outcome.Differs(expected.difference(actual), description);
  }

  private void both(String sql) {
    drover.query(sql);
    plain.query(sql);
  }

  @Override
  public void close() {
    drover.close();
    plain.close();
  }
}
