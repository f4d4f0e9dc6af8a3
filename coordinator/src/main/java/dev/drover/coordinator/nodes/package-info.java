/**
 * One text on several nodes, and their results as one: one after another, merged by sort keys, or
 * equal on all copies.
 *
 * <p>Main type: {@link dev.drover.coordinator.nodes.NodeFan}. No rows move between nodes here.
 */
package dev.drover.coordinator.nodes;
