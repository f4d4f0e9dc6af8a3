package dev.drover.coordinator.simulation;

import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.ReportedTransaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A transaction that locks some resources, one statement after the other, and commits. */
final class SimulatedTransaction {
  private static final long OVERDUE = 100 * Simulation.MILLIS;

  private final long number;
  private final long epoch;
  private final long startOrder;
  private final Map<String, Backend> backends = new LinkedHashMap<>();
  private final Map<Backend, Long> outstandingSince = new LinkedHashMap<>();
  private int statementsLeft;
  private boolean over;

  SimulatedTransaction(long number, long epoch, long startOrder, int statements) {
    this.number = number;
    this.epoch = epoch;
    this.startOrder = startOrder;
    this.statementsLeft = statements;
  }

  long number() {
    return number;
  }

  long epoch() {
    return epoch;
  }

  boolean isOver() {
    return over;
  }

  void end() {
    over = true;
  }

  List<Backend> backends() {
    return List.copyOf(backends.values());
  }

  Map<String, Backend> backendOfNode() {
    return backends;
  }

  /** Names the statement that runs. */
  int statements() {
    return statementsLeft;
  }

  boolean startStatement() {
    statementsLeft--;
    return statementsLeft >= 0;
  }

  void sent(Backend to, long now) {
    outstandingSince.put(to, now);
  }

  /** True if nothing is outstanding any more. */
  boolean answered(Backend by) {
    outstandingSince.remove(by);
    return outstandingSince.isEmpty();
  }

  boolean waitsOn(Backend backend) {
    return !over && outstandingSince.containsKey(backend);
  }

  boolean isOverdue(long now) {
    return outstandingSince.values().stream().anyMatch(since -> now - since > OVERDUE);
  }

  ReportedTransaction report(long now) {
    return new ReportedTransaction(number, startOrder, backends(), overdue(now));
  }

  private List<Backend> overdue(long now) {
    List<Backend> overdue = new ArrayList<>();
    outstandingSince.forEach(
        (backend, since) -> {
          if (now - since > OVERDUE) {
            overdue.add(backend);
          }
        });
    return overdue;
  }
}
