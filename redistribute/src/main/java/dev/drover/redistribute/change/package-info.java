/**
 * What jobs need of the coordinator and of the servers: connections, and transactions over several
 * nodes that all coordinators take note of.
 *
 * <p>Main type: {@link dev.drover.redistribute.change.ClusterChange}. Interfaces only; the
 * coordinator implements them.
 */
package dev.drover.redistribute.change;
