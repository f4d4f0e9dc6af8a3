/** Tests of the standard workloads without servers. */
package dev.drover.deploy.tpc;
