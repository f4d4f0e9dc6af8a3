/** The PostgreSQL server that clients see, over many PostgreSQL servers. */
package dev.drover.coordinator;
