package dev.drover.agent.recovery;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A GTM that says what the test tells it. */
final class FakeLiveness implements CoordinatorLiveness {
  private final List<CoordinatorLife> living = new CopyOnWriteArrayList<>();
  private final List<CoordinatorLife> unfenced = new CopyOnWriteArrayList<>();
  private final List<CoordinatorLife> fenced = new CopyOnWriteArrayList<>();
  private volatile boolean isSettled = true;

  void settle(boolean settled) {
    isSettled = settled;
  }

  void begin(CoordinatorLife life) {
    living.add(life);
  }

  void end(CoordinatorLife life) {
    living.remove(life);
    unfenced.add(life);
  }

  List<CoordinatorLife> reported() {
    return fenced;
  }

  @Override
  public Answer ask() {
    return new Answer(isSettled, living, unfenced);
  }

  @Override
  public void fenced(CoordinatorLife life) {
    unfenced.remove(life);
    fenced.add(life);
  }
}
