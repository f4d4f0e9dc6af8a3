/**
 * The same SQL scripts on Drover and on one plain PostgreSQL, every message compared.
 *
 * <p>{@link dev.drover.tests.differential.DifferentialTest} runs each script of {@code
 * src/test/resources/sql} in many {@link dev.drover.tests.differential.Scenario scenarios}: with
 * the tables placed in five ways, through the simple and the extended protocol, with two sets of
 * literals. How a script is written is told in the module's README.
 */
package dev.drover.tests.differential;
