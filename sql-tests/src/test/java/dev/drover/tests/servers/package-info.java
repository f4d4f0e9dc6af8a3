/** What Drover needs of a PostgreSQL server, asked of servers from several providers. */
package dev.drover.tests.servers;
