/** A real PostgreSQL server for the tests, and the check that no buffer leaks. */
package dev.drover.pgwire.server;
