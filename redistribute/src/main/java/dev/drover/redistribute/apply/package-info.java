/**
 * Brings rows and their changes to a table that is spread in another way: each row goes where its
 * new place is.
 *
 * <p>Main types: {@link dev.drover.redistribute.apply.ReroutedCopy} for the rows of a snapshot,
 * {@link dev.drover.redistribute.apply.CatchUp} for what was committed since.
 */
package dev.drover.redistribute.apply;
