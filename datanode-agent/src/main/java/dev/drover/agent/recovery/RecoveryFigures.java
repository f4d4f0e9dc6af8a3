package dev.drover.agent.recovery;

/**
 * What a resolver has done since its start, in numbers.
 *
 * @param isWorking it was this agent's turn in the latest sweep
 * @param sweeps that were done
 * @param failures sweeps that an error ended
 * @param finished transactions of dead coordinators that were looked at to finish them
 * @param inDoubt transactions that have been prepared for more than a second; 0 on others
 */
public record RecoveryFigures(
    boolean isWorking, long sweeps, long failures, long finished, int inDoubt) {
  static final RecoveryFigures NONE = new RecoveryFigures(false, 0, 0, 0, 0);

  RecoveryFigures idle() {
    return new RecoveryFigures(false, sweeps, failures, finished, 0);
  }

  RecoveryFigures swept(int looked, int doubtful) {
    return new RecoveryFigures(true, sweeps + 1, failures, finished + looked, doubtful);
  }

  RecoveryFigures failed() {
    return new RecoveryFigures(isWorking, sweeps, failures + 1, finished, inDoubt);
  }
}
