/**
 * The cursors of a session that SQL declares.
 *
 * <p>What one node answers is a cursor of that node. The rows of all others are kept by a
 * PostgreSQL: a cursor WITH HOLD of a connection of its own on the catalog node. Where such rows
 * lie is told by a second cursor beside it.
 */
package dev.drover.coordinator.cursor;
