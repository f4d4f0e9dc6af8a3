/**
 * COPY as bytes: cutting the client's stream into rows, finding each row's slot, gathering rows
 * into runs for the leaves, and joining what several nodes send back.
 *
 * <p>Main type: {@link dev.drover.coordinator.copy.CopyRouter}. Knows nothing of connections: it
 * talks to a {@link dev.drover.coordinator.copy.CopySink}.
 */
package dev.drover.coordinator.copy;
