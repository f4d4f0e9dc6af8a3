package dev.drover.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.deploy.bench.TpcRow.Cost;
import java.util.List;
import org.junit.jupiter.api.Test;

class TpcReportTest {
  private static final TpcReport.Goals GOALS = TpcReport.Goals.ofGoodLayout(2);

  @Test
  void allGoalsAreMet() {
    TpcReport report = report(equal("q01", 100, 120), equal("q02", 10, 12));
    assertThat(report.missedGoals()).isEmpty();
    assertThat(report.summary()).contains("2 of 2 queries equal");
  }

  @Test
  void aDifferentAnswerIsAMissedGoal() {
    TpcRow different = new TpcRow("q02", "42P01 ERROR", 3, List.of(), List.of());
    assertThat(TpcReport.line(different)).contains("NO").endsWith("42P01 ERROR");
    assertThat(report(equal("q01", 100, 100), different).missedGoals())
        .containsExactly("goal missed: at least 2 equal");
  }

  @Test
  void slowQueriesAndTooMuchProcessorTimeAreMissedGoals() {
    assertThat(report(equal("q01", 100, 140), equal("q02", 10, 31)).missedGoals())
        .containsExactly(
            "goal missed: all: CPU ratio 1.55, at most 1.30",
            "goal missed: q02: time ratio 3.10, at most 3.00",
            "goal missed: q02: CPU ratio 3.10, at most 3.00");
  }

  @Test
  void whereRowsLieBadlyOnlyAnswersCount() {
    TpcReport report =
        new TpcReport(List.of(equal("q01", 1, 100)), TpcReport.Goals.ofBadLayout(22));
    assertThat(report.missedGoals()).isEmpty();
  }

  private static TpcReport report(TpcRow... rows) {
    return new TpcReport(List.of(rows), GOALS);
  }

  private static TpcRow equal(String name, double plain, double drover) {
    return new TpcRow(
        name, "", 1, List.of(new Cost(plain, plain)), List.of(new Cost(drover, drover)));
  }
}
