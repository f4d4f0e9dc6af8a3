package dev.drover.coordinator.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommitGateTest {
  private final GateSwitch gateSwitch = new GateSwitch();
  private final CommitCounts counts = new CommitCounts();
  private final CommitGate gate = new CommitGate(gateSwitch, counts, new SecondPhases());
  private final List<String> sent = new ArrayList<>();

  @Test
  void aClosedGateHoldsBackSecondPhasesOnly() {
    gateSwitch.close();
    commit("commit");
    secondPhase("second phase");
    assertThat(sent).containsExactly("commit");
    open();
    assertThat(sent).containsExactly("commit", "second phase");
  }

  @Test
  void aHeldGateHoldsBackAllAndLetsThemGoInTheirOrder() {
    gateSwitch.close();
    gateSwitch.hold();
    commit("first");
    commit("second");
    assertThat(sent).isEmpty();
    assertThat(counts.quiet()).hasValue(0);
    open();
    assertThat(sent).containsExactly("first", "second");
    assertThat(counts.underWay()).isEqualTo(2);
    assertThat(gate.read().waited()).isEqualTo(2);
  }

  @Test
  void whatFindsTheGateClosedOnceMoreWaitsAgain() {
    gateSwitch.close();
    gateSwitch.hold();
    commit("commit");
    secondPhase("second phase");
    gateSwitch.open();
    gateSwitch.close();
    gateSwitch.hold();
    gate.opened();
    assertThat(sent).isEmpty();
    open();
    assertThat(sent).containsExactly("second phase", "commit");
  }

  private void open() {
    gateSwitch.open();
    gate.opened();
  }

  private void commit(String name) {
    gate.commit(() -> sent.add(name));
  }

  private void secondPhase(String name) {
    gate.secondPhase(List.of(1, 2), _ -> sent.add(name));
  }
}
