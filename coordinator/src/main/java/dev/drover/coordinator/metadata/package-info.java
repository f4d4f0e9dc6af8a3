/**
 * The catalog node as Drover uses it: the metadata tables, the snapshot that statements are planned
 * with, what a server needs to join the cluster, and datanodes' errors in the user's names.
 *
 * <p>Main type: {@link dev.drover.coordinator.metadata.CatalogLoader}. Blocking code for virtual
 * threads; knows nothing of sessions and plans.
 */
package dev.drover.coordinator.metadata;
