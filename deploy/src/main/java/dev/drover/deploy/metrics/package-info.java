/**
 * Where a process shows what it counts, as text that Prometheus reads. Main type: {@link
 * dev.drover.deploy.metrics.MetricsEndpoint}. It knows nothing of what is counted.
 */
package dev.drover.deploy.metrics;
