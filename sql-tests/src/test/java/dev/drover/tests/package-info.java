/**
 * Black-box tests: a Drover cluster and one plain PostgreSQL server, both seen only over the wire.
 *
 * <p>{@link dev.drover.tests.Endpoints} holds the two servers of a run. The tests know nothing of
 * how Drover works inside.
 */
package dev.drover.tests;
