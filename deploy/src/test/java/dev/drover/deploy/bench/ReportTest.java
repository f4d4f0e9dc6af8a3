package dev.drover.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final BenchOptions OPTIONS = new BenchOptions(8, 3, 10, 1, 1, List.of());

  @Test
  void ratiosAreOfRunsThatFollowedEachOther() {
    // The machine was slow in the last round, for both.
    ReportRow row =
        new ReportRow(
            "select-simple", "transaction", runs(1000, 1000, 100), runs(500, 600, 50), "");
    assertThat(row.ratio(Measurement::perSecond)).isEqualTo(0.5);
    assertThat(row.drover(Measurement::perSecond)).isEqualTo(500);
  }

  @Test
  void theMedianOfTwoRunsLiesBetweenThem() {
    ReportRow row = new ReportRow("copy", "row", runs(10, 20), runs(10, 40), "");
    assertThat(row.plain(Measurement::perSecond)).isEqualTo(15);
    assertThat(row.ratio(Measurement::perSecond)).isEqualTo(1.5);
  }

  @Test
  void aFailedRowIsShownAndFailsTheReport() {
    ReportRow row = new ReportRow("copy", "row", List.of(), List.of(), "say \"no\"\tloudly");
    Report report = new Report("18.6", OPTIONS, List.of(row), "");
    assertThat(report.hasFailures()).isTrue();
    assertThat(report.lines()).anyMatch(line -> line.contains("failed: say \"no\""));
    assertThat(report.json()).contains("\"failure\": \"say \\\"no\\\"\\u0009loudly\"");
  }

  @Test
  void missedGoalsAreNamed() {
    ReportRow slow = new ReportRow("copy", "row", runs(100), runs(80), "");
    ReportRow fast = new ReportRow("copy", "row", runs(100), runs(100), "");
    assertThat(new Report("18.6", OPTIONS, List.of(slow), "").lines())
        .contains("goal missed: copy: speed ratio 0.80, at least 0.95");
    assertThat(new Report("18.6", OPTIONS, List.of(fast), "").lines())
        .noneMatch(line -> line.contains("goal missed"));
  }

  @Test
  void processorTimeHasGoalsToo() {
    List<Measurement> plain = List.of(new Measurement(100, 10, 0, 0, 0));
    List<Measurement> costly = List.of(new Measurement(100, 40, 31, 0, 1));
    assertThat(Goal.missedBy(new ReportRow("select-simple", "transaction", plain, costly, "")))
        .containsExactly(
            "goal missed: select-simple: CPU ratio 4.00, at most 3.24",
            "goal missed: select-simple: coordinator's CPU in us 31.00, at most 30.00");
  }

  @Test
  void sumsThatDifferFailTheReport() {
    ReportRow row = new ReportRow("copy", "row", runs(10), runs(10), "");
    assertThat(new Report("18.6", OPTIONS, List.of(row), "").hasFailures()).isFalse();
    assertThat(new Report("18.6", OPTIONS, List.of(row), Report.SUMS_AGREE).hasFailures())
        .isFalse();
    assertThat(new Report("18.6", OPTIONS, List.of(row), "they differ").hasFailures()).isTrue();
  }

  private static List<Measurement> runs(int... perSecond) {
    return Arrays.stream(perSecond).mapToObj(value -> new Measurement(value, 1, 1, 1, 1)).toList();
  }
}
