/**
 * Durable jobs: rows on the catalog node that one coordinator at a time works on, and another one
 * takes up when it dies.
 *
 * <p>Main types: {@link dev.drover.redistribute.job.JobRunner}, {@link
 * dev.drover.redistribute.job.JobKind}. Blocking code for virtual threads; knows nothing of what
 * the jobs do.
 */
package dev.drover.redistribute.job;
