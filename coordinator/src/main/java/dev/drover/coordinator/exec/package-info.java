/**
 * One execution of one statement, and what every operator is made of: the call, texts rendered for
 * a node, slots, errors, and the hot path, which is a text that one node answers.
 *
 * <p>Main type: {@link dev.drover.coordinator.exec.Call}. Operators of more than that are in the
 * packages above, which find each other through {@link dev.drover.coordinator.exec.Operators}.
 * Knows nothing of how a plan came about.
 */
package dev.drover.coordinator.exec;
