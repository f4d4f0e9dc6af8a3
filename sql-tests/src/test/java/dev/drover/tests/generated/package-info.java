/**
 * Statements made by dice, on Drover and on one plain PostgreSQL.
 *
 * <p>{@link dev.drover.tests.generated.Generator} makes statements that are nearly all valid, as
 * trees of {@link dev.drover.tests.generated.Part parts}; {@link
 * dev.drover.tests.generated.CaseRun} runs them on both servers; {@link
 * dev.drover.tests.generated.Shrinker} cuts what differs down to what still differs. Everything
 * follows from one seed.
 */
package dev.drover.tests.generated;
