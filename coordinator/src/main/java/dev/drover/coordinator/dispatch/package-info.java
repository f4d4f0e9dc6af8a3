/**
 * One operator for each kind of plan, once the plan's slots are known; those that only PostgreSQL
 * can tell are asked for.
 *
 * <p>Main type: {@link dev.drover.coordinator.dispatch.PlanOperators}. The only place that knows
 * every operator.
 */
package dev.drover.coordinator.dispatch;
