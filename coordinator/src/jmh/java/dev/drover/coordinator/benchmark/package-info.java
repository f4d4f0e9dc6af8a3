/**
 * What a point select and a row of COPY cost the coordinator itself, without sockets and servers.
 * {@link dev.drover.coordinator.benchmark.PointSelectBenchmark} and {@link
 * dev.drover.coordinator.benchmark.CopyRoutingBenchmark} are run by hand; no build depends on them.
 */
package dev.drover.coordinator.benchmark;
