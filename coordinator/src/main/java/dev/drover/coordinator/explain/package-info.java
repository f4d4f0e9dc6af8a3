/**
 * What EXPLAIN shows, and how it is written: a tree of the coordinator's own nodes with the
 * servers' plans below, as text, JSON, YAML or XML. The main type is {@link
 * dev.drover.coordinator.explain.ExplainNode}. It knows neither plans nor connections.
 */
package dev.drover.coordinator.explain;
