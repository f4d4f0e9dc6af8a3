/** The launcher: a whole cluster on one machine, the demo and the benchmarks. */
package dev.drover.deploy;
