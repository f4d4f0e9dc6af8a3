package dev.drover.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MoveGoalsTest {
  @Test
  void aPercentileIsTheSmallestFigureThatSoManyDoNotExceed() {
    MoveSeries series = upTo(50);
    assertThat(series.percentile(50)).isEqualTo(25);
    assertThat(series.percentile(95)).isEqualTo(48);
    assertThat(series.percentile(100)).isEqualTo(50);
    assertThat(of(7).percentile(50)).isEqualTo(7);
    assertThatThrownBy(() -> of().percentile(50)).hasMessage("nothing was measured");
  }

  @Test
  void aSeriesShowsHowItIsSpread() {
    assertThat(upTo(50).line("a").replaceAll(" +", " ")).isEqualTo("a 50 25.00 48.00 50.00");
  }

  @Test
  void goalsThatAreReachedAreNotNamed() {
    MoveGoals goals = new MoveGoals();
    goals.idle(of(20, 20, 900));
    goals.loaded(of(50, 50, 200), of(80));
    goals.copied(of(0.5));
    goals.grown(25, 100, 3);
    assertThat(goals.missed()).isEmpty();
  }

  @Test
  void eachMissedGoalHasALine() {
    MoveGoals goals = new MoveGoals();
    goals.idle(of(20.1));
    goals.loaded(of(201), of(81));
    goals.copied(of(0.4, 0.1, 0.9));
    goals.grown(26, 100, 3);
    assertThat(goals.missed())
        .containsExactly(
            "goal missed: idle: writers blocked p50, ms 20.100, at most 20.000",
            "goal missed: loaded: writers blocked p50, ms 201.000, at most 50.000",
            "goal missed: loaded: writers blocked p95, ms 201.000, at most 200.000",
            "goal missed: loaded: longest statement elsewhere p95, ms 81.000, at most 80.000",
            "goal missed: copy rate by a bare pipe's p50 0.400, at least 0.500",
            "goal missed: a new node takes 0.260, at most 0.250");
  }

  @Test
  void nothingOfNothingIsNoShare() {
    assertThat(MoveGoals.share(0, 0)).isZero();
  }

  private static MoveSeries upTo(int last) {
    return of(IntStream.rangeClosed(1, last).mapToDouble(i -> i).toArray());
  }

  private static MoveSeries of(double... values) {
    MoveSeries series = new MoveSeries();
    for (double value : values) {
      series.add(value);
    }
    return series;
  }
}
