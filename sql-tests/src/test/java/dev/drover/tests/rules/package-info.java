/**
 * The house rules as tests: format, sizes, layering and the shape of the repository.
 *
 * <p>{@link dev.drover.tests.rules.Repository} is the only class here that walks the files. Nothing
 * here starts a server.
 */
package dev.drover.tests.rules;
