package dev.drover.coordinator.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteOrderTest {
  private final WriteOrder order = new WriteOrder();

  @Test
  void allNodesAreWrittenAtOnceUntilADeadlock() {
    assertThat(order.firstNodeFirst()).isFalse();
  }

  @Test
  void aDeadlockIsRememberedForANumberOfStatements() {
    order.deadlockMet();
    for (int i = 0; i < WriteOrder.REMEMBERED_STATEMENTS; i++) {
      assertThat(order.firstNodeFirst()).isTrue();
    }
    assertThat(order.firstNodeFirst()).isFalse();
  }

  @Test
  void anotherDeadlockBeginsTheNumberAnew() {
    order.deadlockMet();
    order.firstNodeFirst();
    order.deadlockMet();
    for (int i = 0; i < WriteOrder.REMEMBERED_STATEMENTS; i++) {
      assertThat(order.firstNodeFirst()).isTrue();
    }
  }
}
