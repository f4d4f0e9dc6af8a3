/**
 * Running plans: one operator per kind of plan, from the plan and the transaction's connections to
 * the client's output.
 *
 * <p>Main types: {@link dev.drover.coordinator.exec.Operator} and {@link
 * dev.drover.coordinator.exec.Operators}. Knows nothing of how a plan came about.
 */
package dev.drover.coordinator.exec;
