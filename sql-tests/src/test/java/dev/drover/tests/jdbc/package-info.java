/**
 * What applications do through the JDBC driver: prepared statements that turn to the server's,
 * batches, cursors, metadata, COPY.
 */
package dev.drover.tests.jdbc;
