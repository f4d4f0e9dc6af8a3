package dev.drover.coordinator.exec;

import dev.drover.planner.plan.Plan;

/** From a plan to the operator that runs it. */
public interface Operators {
  /**
   * Key values that only PostgreSQL can read are asked for first.
   *
   * <p>Raises what the plan's values make impossible (negative LIMIT), before anything was sent.
   */
  Operator of(Call call, Plan plan);

  /** All slots are known: those of {@link Slots#pins}. */
  Operator of(Call call, Plan plan, int[] slots);

  /** For the call's own plan. */
  default Operator of(Call call) {
    return of(call, call.cached().plan());
  }
}
