/**
 * Where results go: to the client as it asked for them, to a portal that may be suspended, or
 * nowhere but into a count.
 *
 * <p>Main type: {@link dev.drover.coordinator.output.ClientOutput}. Knows nothing of plans.
 */
package dev.drover.coordinator.output;
