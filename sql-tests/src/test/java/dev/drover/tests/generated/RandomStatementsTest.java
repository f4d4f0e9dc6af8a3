package dev.drover.tests.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Statements made by dice get the same rows, tags, SQLSTATEs and changes from Drover and from one
 * plain PostgreSQL.
 *
 * <p>{@code -Ddrover.generated.count=10000} for a long run, {@code -Ddrover.generated.seed=2} for
 * other statements, {@code -Ddrover.generated.from=17} to begin with the seventeenth. What fails is
 * told with its seed and number, cut down to what still differs.
 */
@ExtendWith(EndpointsExtension.class)
class RandomStatementsTest {
  private static final int COUNT = Integer.getInteger("drover.generated.count", 500);
  private static final long SEED = Long.getLong("drover.generated.seed", 1);
  private static final int FROM = Integer.getInteger("drover.generated.from", 0);
  private static final int MOST_DIFFERENCES = Integer.getInteger("drover.generated.differences", 3);
  private static final boolean IS_USUAL = COUNT == 500 && SEED == 1 && FROM == 0;
  private static final int MOST_ERRORS_PERCENT = 10;

  @Test
  void droverAnswersAsPlainPostgres(Endpoints endpoints, TestReporter reporter) {
    List<String> differences = new ArrayList<>();
    Refused refused = new Refused();
    int statements = 0;
    int errors = 0;
    try (CaseRun run = CaseRun.open(endpoints, SEED)) {
      for (int i = FROM; i < FROM + COUNT && differences.size() < MOST_DIFFERENCES; i++) {
        Case next = Case.of(SEED, i);
        switch (run.run(next)) {
          case Outcome.Same(var ran, var failed) -> {
            statements += ran;
            errors += failed;
          }
          case Outcome.Refused(var message) -> refused.add(message, i);
          case Outcome.Differs differs ->
              differences.add(
                  "seed %d, case %d: %s"
                      .formatted(SEED, i, new Shrinker(run::run).shrink(next, differs)));
        }
      }
    }
    reporter.publishEntry("statements", Integer.toString(statements));
    reporter.publishEntry("errors", Integer.toString(errors));
    refused.cases().forEach((message, cases) -> reporter.publishEntry(message, cases.toString()));
    assertThat(differences).isEmpty();
    assertThat(refused.others()).isEmpty();
    if (IS_USUAL) {
      assertThat(refused.total()).isLessThanOrEqualTo(Refused.most());
    }
    assertThat(errors * 100).isLessThanOrEqualTo(statements * MOST_ERRORS_PERCENT);
  }
}
