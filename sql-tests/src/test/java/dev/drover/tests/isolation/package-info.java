/**
 * Scripts of several sessions whose steps are interleaved, in the format of PostgreSQL's
 * isolationtester, on Drover and on one plain PostgreSQL.
 *
 * <p>{@link dev.drover.tests.isolation.PermutationRun} is where the order of events is decided;
 * {@link dev.drover.tests.isolation.Spec} is what a script says.
 */
package dev.drover.tests.isolation;
