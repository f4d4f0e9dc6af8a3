/** Benchmarks of what the planner does for each new statement; run by hand with JMH. */
package dev.drover.planner.benchmark;
