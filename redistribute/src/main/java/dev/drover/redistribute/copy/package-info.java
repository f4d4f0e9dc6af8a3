/**
 * Rows from server to server by way of the coordinator, as COPY has them.
 *
 * <p>Main type: {@link dev.drover.redistribute.copy.TableStream}. It knows nothing of jobs.
 */
package dev.drover.redistribute.copy;
