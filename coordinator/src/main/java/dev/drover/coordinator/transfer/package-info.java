/**
 * COPY run over connections: from the client to the leaves, and from the nodes to the client.
 *
 * <p>Main type: {@link dev.drover.coordinator.transfer.CopyInOperator}. What the bytes mean is in
 * {@code copy}.
 */
package dev.drover.coordinator.transfer;
