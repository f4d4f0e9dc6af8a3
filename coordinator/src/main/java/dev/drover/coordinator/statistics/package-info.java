/**
 * Sizes of whole tables: collected from the nodes by one coordinator at a time, kept and shown on
 * the catalog node, known to every coordinator's planner. The main type is {@link
 * dev.drover.coordinator.statistics.StatisticsRefresher}. It knows nothing of sessions.
 */
package dev.drover.coordinator.statistics;
