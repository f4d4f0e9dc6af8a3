/**
 * What the coordinator does with a statement: records, cached by the statement's shape, read-only.
 *
 * <p>Main type: {@link dev.drover.planner.plan.Plan}. Knows nothing of how a plan is run.
 */
package dev.drover.planner.plan;
