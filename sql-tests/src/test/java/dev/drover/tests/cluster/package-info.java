/**
 * What only Drover has: distributions, nodes, routes, several coordinators.
 *
 * <p>There is no plain server to compare with, so these tests state what must come; the self-check
 * skips them.
 */
package dev.drover.tests.cluster;
