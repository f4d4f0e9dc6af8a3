/**
 * One client's session: from the messages of the wire protocol to executions of plans.
 *
 * <p>Main type: {@link dev.drover.coordinator.session.Session}. Knows nothing of how plans run.
 */
package dev.drover.coordinator.session;
