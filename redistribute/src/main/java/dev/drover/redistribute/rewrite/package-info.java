/**
 * Fills a table anew beside the old one while that is used, and puts it in its place: another
 * distribution.
 *
 * <p>Main type: {@link dev.drover.redistribute.rewrite.RewriteJob}. What the new table is like, the
 * planner has written down with the job ({@code planner.ddl.Rewrite}).
 */
package dev.drover.redistribute.rewrite;
