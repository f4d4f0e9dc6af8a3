/**
 * PostgreSQL's own client programs, as Debian's packages install them, against a cluster of servers
 * of the same release and beside one plain server: psql, pg_dump, pgbench. Main type: {@link
 * dev.drover.tests.programs.Program}. Skipped where the packages are not installed.
 */
package dev.drover.tests.programs;
